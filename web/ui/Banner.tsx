import { Info, TriangleAlert, Unplug } from "lucide-react";
import type { ReactNode } from "react";

const LOOKS = {
  danger: { icon: Unplug, className: "text-danger" },
  warn: { icon: TriangleAlert, className: "text-warn" },
  info: { icon: Info, className: "text-accent" },
} as const;

export type BannerProps = {
  readonly look: keyof typeof LOOKS;
  readonly children: ReactNode;
  readonly action?: ReactNode;
};

/** One line of news about the page as a whole. Its height is reserved by whoever shows it. */
export const Banner = ({ look, children, action }: BannerProps) => {
  const { icon: Icon, className } = LOOKS[look];
  return (
    <div className="flex h-full min-w-0 items-center gap-2 px-3">
      <Icon className={`size-4 shrink-0 ${className}`} aria-hidden="true" />
      <div className="min-w-0 truncate">{children}</div>
      {action}
    </div>
  );
};
