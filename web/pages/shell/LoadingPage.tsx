import { SkeletonRows } from "../../ui/Skeleton.tsx";

/** While a page's code or its session is under way. */
export const LoadingPage = () => (
  <div className="p-3">
    <SkeletonRows rows={8} label="Loading" />
  </div>
);
