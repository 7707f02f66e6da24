/** Exit code 0 when the app of this container answers /health/ready with 200. Every app listens on PORT here. */
const TIMEOUT_MS = 2_000;
const url = `http://127.0.0.1:${process.env.PORT ?? 8080}/health/ready`;

const ready = await fetch(url, { signal: AbortSignal.timeout(TIMEOUT_MS) }).then(
  (response) => response.ok,
  () => false,
);
process.exit(ready ? 0 : 1);
