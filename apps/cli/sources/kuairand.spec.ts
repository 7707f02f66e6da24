import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { splitCsv } from './csv.js';
import { openKuaiRand } from './kuairand-source.js';

let folder: string;
beforeEach(async () => void (folder = await mkdtemp(join(tmpdir(), 'rekappa-kuairand-'))));
afterEach(() => rm(folder, { recursive: true, force: true }));

const LOG = `user_id,video_id,hourmin,time_ms,is_click,is_like,is_hate,tab
7,10,2359,1650812742000,0,0,1,2
8,11,0,1650812741000,1,1,0,1
7,10,100,1650812743000,0,0,0,1
`;
const VIDEOS = `video_id,author_id,video_type,upload_dt,upload_type,video_duration,music_type,tag
10,77,NORMAL,2022-04-10,Web,87433.0,9.0,"39,11"
11,78,AD,2022-04-09,Web,,,
`;
const USERS = `user_id,user_active_degree,onehot_feat3
7,full_active,949
8,,12
`;

async function events() {
  const files = { log: join(folder, 'log'), videos: join(folder, 'videos'), users: join(folder, 'users') };
  await Promise.all([
    writeFile(files.log, LOG),
    writeFile(files.videos, VIDEOS),
    writeFile(files.users, USERS),
  ]);
  const found = [];
  for await (const entry of (await openKuaiRand(files)).entries()) found.push(entry);
  return found.map((entry) => ('event' in entry ? entry.event : entry));
}

describe('KuaiRand as events', () => {
  it('comes in order of time: videos, then each user before their first exposure, and nothing of a row before its exposure', async () => {
    const seen = (await events()).map((event) => ('kind' in event ? event.eventId : event));
    expect(seen).toEqual([
      'kuairand:video:10',
      'kuairand:video:11',
      'kuairand:user:8',
      'kuairand:3:shown',
      'kuairand:3:click',
      'kuairand:3:like',
      'kuairand:user:7',
      'kuairand:2:shown',
      'kuairand:2:dislike',
      'kuairand:4:shown',
    ]);
  });

  it('keeps what it knows of a video, and leaves out what it does not', async () => {
    const [first, second] = await events();
    expect(first).toMatchObject({
      fields: {
        brand: '77',
        categories: ['39', '11'],
        tags: ['type:NORMAL', 'upload:Web', 'music type:9.0', 'duration:12'],
        attributes: { f_seconds: 87.433 },
      },
    });
    expect(second).toMatchObject({ fields: { categories: [], tags: ['type:AD', 'upload:Web'] } });
    expect(second).not.toHaveProperty('fields.attributes');
  });

  it('has the tab and the user’s own hour as context', async () => {
    expect((await events())[7]).toMatchObject({
      kind: 'impression',
      userId: '7',
      timestamp: 1650812742000,
      items: [{ itemId: '10', position: 1 }],
      context: { tab: '2', hour: 23 },
    });
  });
});

it('Comma-separated fields may be quoted', () => {
  expect(splitCsv('a,b,')).toEqual(['a', 'b', '']);
  expect(splitCsv('a,"b,c",d')).toEqual(['a', 'b,c', 'd']);
  expect(splitCsv('"say ""yes""",,x,')).toEqual(['say "yes"', '', 'x', '']);
});
