import { expect, test } from "vitest";
import { HubMetrics } from "./metrics.ts";

test("[OPER-03] metrics are rendered with their labels and help", async () => {
  const metrics = new HubMetrics({ processMetrics: false });
  metrics.agentsConnected.set(3);
  metrics.drops.count("viewer_queue_full", 2, 100);
  metrics.drops.count("viewer_queue_full", 1, 50);
  metrics.requestSeconds.observe({ method: "GET", route: "/api/hosts", status: "200" }, 0.003);
  const { contentType, body } = await metrics.render();
  expect(contentType).toContain("text/plain");
  expect(body).toContain("# HELP yardarm_agents_connected Agents connected to this node.");
  expect(body).toContain("yardarm_agents_connected 3");
  expect(body).toContain('yardarm_dropped_frames_total{reason="viewer_queue_full"} 3');
  expect(body).toContain('yardarm_dropped_bytes_total{reason="viewer_queue_full"} 150');
  expect(body).toContain(
    'yardarm_http_request_duration_seconds_bucket{le="0.005",method="GET",route="/api/hosts",status="200"} 1',
  );
});

test("two hubs in one process do not share metrics, and Node's own are there", async () => {
  const one = new HubMetrics();
  const two = new HubMetrics({ processMetrics: false });
  one.viewersConnected.inc();
  expect((await two.render()).body).toContain("yardarm_viewers_connected 0");
  expect((await one.render()).body).toContain("nodejs_eventloop_lag_seconds");
});
