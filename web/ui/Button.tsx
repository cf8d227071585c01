import { clsx } from "clsx";
import { type ComponentProps, type ReactNode, useId } from "react";
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
  /** Shown on hover and focus while the button is on. */
  readonly hint?: string;
  readonly icon?: ReactNode;
};

/** A button that is never off without a reason: it stays focusable, its tooltip explains, and so does its description. */
export const Button = ({
  look = "plain",
  isSmall = false,
  disabledReason = null,
  hint,
  icon,
  className,
  children,
  onClick,
  type = "button",
  "aria-describedby": describedBy,
  ...rest
}: ButtonProps) => {
  const reasonId = useId();
  const isOff = disabledReason !== null;
  return (
    <>
      {/* The same element on and off, so that a button which changes under the focus keeps it. */}
      <Tooltip text={disabledReason ?? hint ?? null}>
        <button
          {...rest}
          // A submit button that is off must not submit by Enter either.
          type={isOff ? "button" : type}
          aria-disabled={isOff || undefined}
          aria-describedby={clsx(describedBy, isOff && reasonId) || undefined}
          onClick={isOff ? undefined : onClick}
          className={clsx(BASE, isSmall ? "h-7" : "h-8", isOff ? OFF : LOOKS[look], className)}
        >
          {icon}
          {children}
        </button>
      </Tooltip>
      {isOff ? (
        <span id={reasonId} hidden>
          {disabledReason}
        </span>
      ) : null}
    </>
  );
};

export type IconButtonProps = Omit<ButtonProps, "children" | "aria-label" | "hint"> & { readonly label: string };

/** A square button that shows an icon and says its label. */
export const IconButton = ({ label, look = "quiet", className, ...rest }: IconButtonProps) => (
  <Button {...rest} look={look} aria-label={label} hint={label} className={clsx("w-8 px-0!", className)} />
);
