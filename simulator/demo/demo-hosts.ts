import { compose, type DemoContainer, type DemoHost, load, up } from "./demo-container.ts";
import { crashLoop, jsonApi, logfmtWorker, pythonTasks, quietDaemon, springService } from "./service-programs.ts";
import { backup, objectStore, postgres, redis, searchIndex } from "./storage-programs.ts";
import { buildRunner, dnsFilter, homeAutomation, mediaServer } from "./terminal-programs.ts";
import { apache, nginx, proxy } from "./web-programs.ts";

const MIB = 1024 * 1024;
const DAY = 24;

const exporter = (): DemoContainer =>
  up(41 * DAY, quietDaemon(15_000, ['msg="scrape done" collectors=38', 'msg="collector skipped" collector=nfs']), {
    name: "node-exporter",
    image: "prom/node-exporter:v1.10.2",
    networkMode: "host",
    load: load(0.01, 19),
  });

const stopped = (container: DemoContainer, past: NonNullable<DemoContainer["past"]>): DemoContainer => ({
  ...container,
  past,
  spec: { ...container.spec, restartPolicy: { name: "no" } },
});

const edge: DemoHost = {
  name: "edge-1",
  cpus: 2,
  memoryGib: 4,
  labels: ["zone=frankfurt"],
  containers: [
    up(41 * DAY, proxy(700), {
      name: "proxy",
      image: "traefik:v3.6",
      ports: [80, 443].map((port) => ({ containerPort: port, hostPort: port })),
      load: load(0.12, 84, 210, 1),
      extraLabels: { "yardarm.protected": "true" },
      health: { status: "healthy", afterMs: 3000 },
    }),
    up(12 * DAY, nginx(900), { ...compose("www", "nginx"), image: "nginx:1.29-alpine", load: load(0.05, 21, 90) }),
    up(12 * DAY, apache(1700), {
      ...compose("www", "wordpress"),
      image: "wordpress:6.9-php8.4",
      load: load(0.18, 212, 40, 12),
    }),
    up(12 * DAY, quietDaemon(9000, ['msg="query took long" ms=1204', 'msg="aborted connection" user=wp']), {
      ...compose("www", "mariadb"),
      image: "mariadb:11.8",
      load: load(0.06, 310, 12, 40),
      stopTimeoutSeconds: 30,
    }),
    up(
      40 * DAY,
      quietDaemon(2600, [
        'msg="authenticated" user=ada',
        'msg="session refreshed" user=grace',
        'msg="denied" reason=no_group',
      ]),
      {
        ...compose("sso", "oauth2-proxy"),
        image: "quay.io/oauth2-proxy/oauth2-proxy:v7.13.0",
        load: load(0.01, 28),
      },
    ),
    stopped(
      up(30, quietDaemon(4000, ['msg="certificate not yet due for renewal" domain=example.org']), {
        name: "certbot",
        image: "certbot/certbot:v5.2.0",
      }),
      {
        startedHoursAgo: 7.1,
        ended: { hoursAgo: 7, exitCode: 0 },
      },
    ),
    exporter(),
  ],
};

const shop = (first: number): readonly DemoContainer[] => [
  up(3 * DAY, nginx(800), {
    ...compose("shop", "web", first),
    image: "registry.example.org/shop/web:2026.11.3",
    load: load(0.08, 33, 160),
    ports: [{ containerPort: 8080, hostPort: 8080 + first }],
  }),
  up(3 * DAY, jsonApi(450), {
    ...compose("shop", "api", first),
    image: "registry.example.org/shop/api:2026.11.3",
    load: load(0.55, 268, 120, 3),
    memoryLimitBytes: 512 * MIB,
    health: { status: "healthy", afterMs: 6000 },
    ports: [{ containerPort: 3000 }],
  }),
  up(3 * DAY, logfmtWorker(1300), {
    ...compose("shop", "worker", first),
    image: "registry.example.org/shop/worker:2026.11.3",
    load: load(0.3, 140, 30),
    onStopSignal: { exitCode: 0, afterMs: 4000 },
  }),
];

const app1: DemoHost = {
  name: "app-1",
  cpus: 8,
  memoryGib: 16,
  labels: ["zone=frankfurt", "tier=application"],
  containers: [
    ...shop(1),
    up(3 * DAY, redis(6000), { ...compose("shop", "redis"), image: "redis:8.4-alpine", load: load(0.04, 47, 60, 6) }),
    up(3 * DAY, pythonTasks(1500), {
      ...compose("shop", "thumbnails"),
      image: "registry.example.org/shop/thumbnails:2026.11.1",
      load: load(0.9, 396, 50, 60),
      cpuLimitCores: 0.75,
      memoryLimitBytes: 448 * MIB,
    }),
    up(
      20,
      quietDaemon(5000, ['msg="connection refused" smtp=mail.example.org:587 attempt=9', 'msg="deferred" queue=212']),
      {
        ...compose("shop", "mailer"),
        image: "registry.example.org/shop/mailer:2026.10.4",
        load: load(0.02, 64),
        health: { status: "unhealthy", afterMs: 9000 },
      },
    ),
    exporter(),
  ],
};

const app2: DemoHost = {
  name: "app-2",
  cpus: 8,
  memoryGib: 16,
  labels: ["zone=frankfurt", "tier=application"],
  containers: [
    ...shop(2),
    up(2 * DAY, springService(600), {
      ...compose("inventory", "service"),
      image: "registry.example.org/inventory:4.2.0",
      load: load(0.7, 905, 80, 8),
      memoryLimitBytes: 1024 * MIB,
      health: { status: "healthy", afterMs: 7000 },
    }),
    up(1, crashLoop(), {
      ...compose("inventory", "importer"),
      image: "registry.example.org/inventory-importer:0.9.2",
      load: load(0.05, 58),
      restartPolicy: { name: "always" },
    }),
    up(9 * DAY, logfmtWorker(3100), {
      ...compose("inventory", "scheduler"),
      image: "registry.example.org/inventory:4.2.0",
      load: load(0.03, 71),
    }),
    exporter(),
  ],
};

const data: DemoHost = {
  name: "data-1",
  cpus: 8,
  memoryGib: 32,
  labels: ["zone=frankfurt", "tier=data"],
  containers: [
    up(63 * DAY, postgres(1900), {
      ...compose("db", "postgres"),
      image: "postgres:18.1",
      load: load(0.8, 2950, 180, 420),
      stopTimeoutSeconds: 60,
      stopSignal: "SIGINT",
      onStopSignal: { exitCode: 0, afterMs: 2500 },
      extraLabels: { "yardarm.protected": "true" },
      health: { status: "healthy", afterMs: 4000 },
    }),
    up(63 * DAY, quietDaemon(3300, ['msg="stats" xacts=1204 avg_wait_us=88', 'msg="login attempt" db=shop user=api']), {
      ...compose("db", "pgbouncer"),
      image: "bitnami/pgbouncer:1.25.0",
      load: load(0.06, 12, 170),
    }),
    up(16 * DAY, searchIndex(1400), {
      ...compose("search", "index"),
      image: "docker.elastic.co/elasticsearch/elasticsearch:9.2.1",
      load: load(1.1, 3790, 70, 300),
      memoryLimitBytes: 4096 * MIB,
    }),
    up(16 * DAY, objectStore(1100), {
      ...compose("files", "minio"),
      image: "minio/minio:RELEASE.2025-10-15T17-29-55Z",
      load: load(0.2, 340, 300, 500),
      ports: [{ containerPort: 9000, hostPort: 9000 }],
    }),
    stopped(
      up(5, backup(1200), { name: "backup-nightly", image: "restic/restic:0.18.1", memoryLimitBytes: 256 * MIB }),
      {
        startedHoursAgo: 5.4,
        ended: { hoursAgo: 5, exitCode: 137, isOomKilled: true },
      },
    ),
    up(30 * DAY, redis(11_000), {
      ...compose("db", "redis"),
      image: "redis:8.4-alpine",
      load: load(0.03, 120, 25, 10),
    }),
    exporter(),
  ],
};

const home: DemoHost = {
  name: "home-1",
  cpus: 4,
  memoryGib: 8,
  labels: ["zone=home"],
  containers: [
    up(6 * DAY, homeAutomation(1600), {
      ...compose("home", "automation"),
      image: "ghcr.io/home-assistant/home-assistant:2026.11",
      networkMode: "host",
      load: load(0.16, 480, 10, 20),
      onStopSignal: "ignore",
      stopTimeoutSeconds: 5,
    }),
    up(6 * DAY, quietDaemon(4100, ['msg="client connected" id=sensor-hall', 'msg="saving in-memory database"']), {
      ...compose("home", "mqtt"),
      image: "eclipse-mosquitto:2.0.22",
      load: load(0.01, 9),
    }),
    up(19 * DAY, dnsFilter(750), {
      ...compose("dns", "filter"),
      image: "pihole/pihole:2026.10.0",
      load: load(0.05, 61, 14, 8),
      health: { status: "healthy", afterMs: 5000 },
      tty: true,
    }),
    up(9 * DAY, mediaServer(2400), {
      ...compose("media", "server"),
      image: "jellyfin/jellyfin:10.11.2",
      load: load(1.3, 690, 2400, 900),
    }),
    {
      ...up(9 * DAY, quietDaemon(5000, ['msg="torrent finished" name=debian-13.2.0-amd64-netinst.iso']), {
        ...compose("media", "downloads"),
        image: "linuxserver/transmission:4.0.6",
        load: load(0.1, 130, 500, 800),
      }),
      past: { startedHoursAgo: 9 * DAY, isPaused: true },
    },
    {
      ...up(0, quietDaemon(9000, ['msg="ready"']), { name: "dashboard-next", image: "grafana/grafana:12.3.0" }),
      past: undefined,
    },
  ],
};

const ci: DemoHost = {
  name: "ci-1",
  cpus: 16,
  memoryGib: 32,
  labels: ["zone=nuremberg", "tier=build"],
  containers: [
    up(
      22 * DAY,
      quietDaemon(1500, [
        'msg="git push" repo=shop/api refs=1',
        'msg="webhook delivered" status=200',
        'msg="session opened" user=linus',
      ]),
      {
        ...compose("forge", "gitea"),
        image: "gitea/gitea:1.25.2",
        load: load(0.3, 410, 60, 90),
        ports: [{ containerPort: 3000, hostPort: 3000 }],
        health: { status: "healthy", afterMs: 5000 },
      },
    ),
    ...[1, 2, 3].map((number) =>
      up(4 * DAY, buildRunner(1300 + number * 170), {
        ...compose("forge", "runner", number),
        image: "gitea/act_runner:0.2.13",
        load: load(2.1, 1300, 400, 1500),
        extraLabels: { "yardarm.group": "runners" },
      }),
    ),
    up(
      22 * DAY,
      quietDaemon(2200, [
        'msg="response completed" http.request.method=GET http.response.status=200',
        'msg="manifest pushed" repo=shop/web',
      ]),
      {
        ...compose("forge", "registry"),
        image: "registry:3.0.0",
        load: load(0.08, 55, 700, 300),
      },
    ),
    up(22 * DAY, postgres(4700), {
      ...compose("forge", "postgres"),
      image: "postgres:17.7",
      load: load(0.15, 380, 30, 60),
      extraLabels: { "yardarm.protected": "true" },
    }),
    stopped(up(2, backup(900), { name: "cache-prune", image: "docker:28-cli" }), {
      startedHoursAgo: 2.2,
      ended: { hoursAgo: 2, exitCode: 0 },
    }),
    exporter(),
  ],
};

/** The fleet of `--demo`: an edge host, two application hosts, a data host, somebody's home and a build machine. */
export const DEMO_HOSTS: readonly DemoHost[] = [edge, app1, app2, data, home, ci];
