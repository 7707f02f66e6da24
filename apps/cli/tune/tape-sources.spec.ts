import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { modelSettingsOf } from '#learning';
import { evaluationContext } from '../evaluate/context.js';
import { KUAIRAND_SETTINGS } from '../evaluate/datasets/kuairand.js';
import { tapeDataset } from './tape-sources.js';

const FILES = {
  'log_standard_0425_0503.csv': `user_id,video_id,hourmin,time_ms,is_click,is_like,is_hate,tab
7,10,2359,1650812742000,1,0,0,1
7,10,100,1650812743000,0,0,0,1
`,
  'video_features_basic_pure.csv': `video_id,author_id,video_type,upload_dt,upload_type,video_duration,music_type,tag
10,77,NORMAL,2022-04-10,Web,87433.0,9.0,"39,11"
`,
  'user_features_pure.csv': `user_id,user_active_degree,onehot_feat3
7,full_active,949
`,
};

let dataFolder: string;
beforeEach(async () => {
  dataFolder = await mkdtemp(join(tmpdir(), 'rekappa-tape-'));
  for (const [name, text] of Object.entries(FILES)) await writeFile(join(dataFolder, name), text);
});
afterEach(() => rm(dataFolder, { recursive: true, force: true }));

describe('the tape of a data set', () => {
  it('is tuned from the settings that the data set is evaluated with', async () => {
    const options = { json: false, set: [], last: 0.2, compare: [], dataFolder };
    const context = evaluationContext(options, new AbortController().signal);
    const { tape, present, settingsWith } = await tapeDataset('kuairand', context, 1_000);
    const evaluated = modelSettingsOf(context.settingsWith(KUAIRAND_SETTINGS));
    expect(tape.outcomes).toBe(2);
    expect(present).toEqual(evaluated);
    expect(settingsWith([])).toEqual(evaluated);
    expect(settingsWith(['model.holdSeconds=5']).holdSeconds).toBe(5);
  });
});
