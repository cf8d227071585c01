import { clsx } from "clsx";
import type { ComponentProps, ReactNode } from "react";
import { Tooltip } from "./Tooltip.tsx";

type ButtonLook = "primary" | "danger" | "plain" | "quiet";

const BASE =
  "inline-flex min-w-0 select-none items-center justify-center gap-1.5 whitespace-nowrap rounded-control border px-3 font-medium " +
  "aria-disabled:cursor-not-allowed aria-disabled:opacity-100";

const LOOKS: Readonly<Record<ButtonLook, string>> = {
  primary: "border-accent bg-accent text-on-accent",
  danger: "border-danger bg-danger text-on-accent",
  plain: "border-control bg-surface text-text hover:bg-raised active:bg-raised",
  quiet: "border-transparent text-text hover:bg-raised active:bg-raised",
};

/** Why a button is off is said, so it keeps its place in the tab order and its text stays readable. */
const OFF = "border-dashed border-control bg-transparent text-muted hover:bg-transparent";

export type ButtonProps = Omit<ComponentProps<"button">, "disabled" | "title"> & {
  readonly look?: ButtonLook;
  readonly isSmall?: boolean;
  /** Turns the button off and says why; `null` or absent leaves it on. */
  readonly disabledReason?: string | null;
  readonly icon?: ReactNode;
};

/** A button that is never disabled without a reason: it stays focusable, and its tooltip explains. */
export const Button = ({
  look = "plain",
  isSmall = false,
  disabledReason = null,
  icon,
  className,
  children,
  onClick,
  type = "button",
  ...rest
}: ButtonProps) => {
  const isOff = disabledReason !== null;
  const button = (
    <button
      {...rest}
      // A submit button that is off must not submit by Enter either.
      type={isOff ? "button" : type}
      aria-disabled={isOff || undefined}
      // The tooltip is for the eyes only.
      aria-description={disabledReason ?? undefined}
      onClick={isOff ? undefined : onClick}
      className={clsx(BASE, isSmall ? "h-7" : "h-8", isOff ? OFF : LOOKS[look], className)}
    >
      {icon}
      {children}
    </button>
  );
  return isOff ? <Tooltip text={disabledReason}>{button}</Tooltip> : button;
};

export type IconButtonProps = Omit<ButtonProps, "children" | "aria-label"> & { readonly label: string };

/** A square button that shows an icon and says its label. */
export const IconButton = ({
  label,
  icon,
  look = "quiet",
  className,
  disabledReason = null,
  ...rest
}: IconButtonProps) => {
  const button = (
    <Button
      {...rest}
      look={look}
      aria-label={label}
      disabledReason={disabledReason}
      className={clsx("w-8 px-0!", className)}
    >
      {icon}
    </Button>
  );
  return disabledReason === null ? <Tooltip text={label}>{button}</Tooltip> : button;
};
