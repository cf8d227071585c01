import type { ReactNode } from "react";

/** The frame of the pages in front of the house: first run and sign-in. */
export const DoorPage = ({ title, children }: { readonly title: string; readonly children: ReactNode }) => (
  <main className="flex min-h-full items-start justify-center p-4 phone:pt-[14vh]">
    <div className="flex w-full max-w-90 flex-col gap-4 rounded-layer border border-line bg-surface p-6">
      <div className="flex items-center gap-2">
        <img src="/yardarm.svg" alt="" width="28" height="28" />
        <span className="text-muted">Yardarm</span>
      </div>
      <h1 className="font-semibold text-large">{title}</h1>
      {children}
    </div>
  </main>
);
