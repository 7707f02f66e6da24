/** What is where, and one thing to try. */
import type { Connection } from './data-folder.js';

export function banner(
  { gatewayUrl, natsUrl, databaseUrl, redisUrl, apps }: Connection,
  dataFolder: string,
): string {
  const rows = [
    ['API', `${gatewayUrl}/v1/recommendations?user=ada&n=5`],
    ['Dashboard', `${gatewayUrl}/dashboard`],
    ['Docs', `${gatewayUrl}/docs`],
    ['Metrics', [gatewayUrl, ...Object.values(apps)].map((url) => `${url}/metrics`).join('  ')],
    ['NATS', withoutPassword(natsUrl)],
    ['Postgres', `${withoutPassword(databaseUrl)}  (password in connection.json)`],
    ['Redis', redisUrl === '' ? 'in-process cache' : withoutPassword(redisUrl)],
    ['Data', dataFolder],
  ];
  return [
    '',
    'Rekappa is running.',
    '',
    ...rows.map(([name, value]) => `  ${name!.padEnd(9)} ${value}`),
    '',
    'What would ada see?',
    '',
    `  curl -s '${gatewayUrl}/v1/recommendations?user=ada&n=5'`,
    '',
    'Ctrl-C stops everything; the next start goes on from here.',
    '',
  ].join('\n');
}

function withoutPassword(url: string): string {
  return url.replace(/:[^:@/]*@/, '@');
}
