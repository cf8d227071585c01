import { useQuery } from "@tanstack/react-query";
import { useEffect } from "react";
import { setupQuery } from "../../api/queries.ts";
import { formatCount, formatPlural } from "../../format/percent.ts";
import { useConnection, useInventory, useLive, useOutdated } from "../../live/live-context.tsx";
import { useNow } from "../../live/now.ts";
import { Banner } from "../../ui/Banner.tsx";
import { Button } from "../../ui/Button.tsx";
import { type News, rankNews } from "./news.ts";

/** One line of news, the most pressing one. Its room is always there, so that nothing below it ever moves. */
export const StatusStrip = () => {
  const connection = useConnection();
  const isOutdated = useOutdated();
  const inventory = useInventory();
  const { data: setup } = useQuery(setupQuery);
  const nowMs = useNow();
  useReloadWhenHidden(isOutdated);
  const news = rankNews({
    connection,
    isOutdated,
    hosts: inventory.status === "known" ? [...inventory.hosts.values()] : [],
    isInsecure: setup?.insecureTransport ?? false,
    nowMs,
  });
  return (
    <div className="h-7 shrink-0 border-line border-b" role="status">
      <NewsLine news={news} />
    </div>
  );
};

const NewsLine = ({ news }: { readonly news: News }) => {
  const live = useLive();
  switch (news.kind) {
    case "disconnected":
      return (
        <Banner
          look="danger"
          action={
            <Button isSmall look="quiet" className="h-6" onClick={() => live.retryNow()}>
              Retry
            </Button>
          }
        >
          {/* Read aloud once, not again with every second of the countdown. */}
          <span>{news.text}</span>
          <span aria-hidden="true">{news.countdown}</span>
        </Banner>
      );
    case "outdated":
      return (
        <Banner
          look="info"
          action={
            <Button isSmall look="quiet" className="h-6" onClick={() => location.reload()}>
              Reload
            </Button>
          }
        >
          New version of Yardarm
        </Banner>
      );
    case "hosts":
      return (
        <Banner look="warn">
          {formatPlural(news.count, "host")} not answering: {news.names}
        </Banner>
      );
    case "insecure":
      return <Banner look="warn">Plain HTTP: what you see and type travels unencrypted</Banner>;
    case "quiet":
      // The room is kept for what has to be said; it is not left empty meanwhile.
      return news.hosts === 0 ? null : (
        <p className="flex h-full items-center px-3 text-meta text-muted">
          {news.hosts === 1 ? "The host answers" : `All ${formatCount(news.hosts)} hosts answer`}
        </p>
      );
  }
};

/** A tab that nobody looks at takes the new version by itself. */
const useReloadWhenHidden = (isOutdated: boolean): void => {
  useEffect(() => {
    if (!isOutdated) return;
    const reload = (): void => {
      if (document.visibilityState === "hidden") location.reload();
    };
    reload();
    document.addEventListener("visibilitychange", reload);
    return () => document.removeEventListener("visibilitychange", reload);
  }, [isOutdated]);
};
