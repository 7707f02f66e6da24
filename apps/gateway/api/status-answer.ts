/** How the system stands: the shape behind `GET /v1/status`. Hosts and learner answer more than this; the document says what one may build on. */
import { z } from 'zod';

const total = z.number().describe('Since the process started.');
const ratio = z.number().nullable().describe('Null while nothing was counted that it could be made of.');

export const hostStatusSchema = z.object({
  hostId: z.string(),
  modelVersion: z.string(),
  modelSequence: z.number().describe('FEEDBACK sequence up to which its replica of the model has learnt.'),
  modelAgeMs: z.number().describe('Since its replica last changed.'),
  items: z.number().describe('In its catalogue.'),
  foldedEvents: z.record(z.string(), total).describe('By kind.'),
  listedItems: z.record(z.string(), total).describe('By the recall channel that found them.'),
  partitions: z.array(
    z.object({
      partition: z.int(),
      epoch: z.int(),
      phase: z.string(),
      position: z.number().describe('Log sequence folded.'),
      lagEvents: z.number().describe('Log entries behind the head of the log.'),
      users: z.number().describe('In memory.'),
    }),
  ),
});

const predictorSchema = z.object({
  logLoss: ratio,
  normalisedEntropy: ratio,
  auc: ratio,
  calibration: ratio.describe('Predicted clicks over clicks; 1 is right.'),
  ndcg: ratio.describe('NDCG@10 of the newest lists with a click, at most ten seconds old.'),
});

export const statusSchema = z.object({
  at: z.number().describe('ms since the Unix epoch; answers of the same second are the same.'),
  namespace: z.string(),
  partitions: z.int(),
  gateway: z
    .object({
      startedAt: z.number().describe('ms since the Unix epoch: tells gateways behind one address apart.'),
      impaired: z.array(z.string()).describe('What does not hold, as in /health/ready.'),
      acceptedEvents: z.record(z.string(), total).describe('Acknowledged by the log, by kind.'),
      rejectedEvents: total,
      recommendations: z.record(z.string(), total).describe('By source; all but live are substitutes.'),
      latency: z
        .object({ lists: z.int(), p50Ms: z.number().nullable(), p99Ms: z.number().nullable() })
        .describe('Of the newest lists, at most 2,048 and a minute old.'),
    })
    .describe('The one that answers. Others count for themselves.'),
  log: z
    .object({ head: z.number(), feedbackHead: z.number(), dead: z.number().describe('Dead letters.') })
    .optional(),
  hosts: z.array(hostStatusSchema),
  unowned: z.array(z.int()).describe('Partitions that no host owns of those that answered.'),
  learner: z
    .object({
      version: z.string(),
      sequence: z.number().describe('FEEDBACK sequence learnt.'),
      samples: z.number(),
      held: z.number().describe('Samples that wait for a click in their list.'),
      rejected: z.number(),
      snapshotAt: z.number().nullable().describe('ms since the Unix epoch.'),
      newest: z
        .object({
          samples: z.number(),
          clicks: z.number(),
          predictors: z
            .record(z.string(), predictorSchema)
            .describe('Each sample was predicted before it was learnt.'),
        })
        .optional(),
    })
    .optional(),
  missing: z
    .array(z.object({ part: z.enum(['log', 'hosts', 'learner']), code: z.string(), message: z.string() }))
    .describe('What did not answer in time, and why: it is left out above.'),
});

export type StatusAnswer = z.infer<typeof statusSchema>;
