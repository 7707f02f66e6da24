/**
 * What each part of the system may do at NATS, and nothing else: the source of docker/nats/users.conf (`rekappa nats-users`).
 * Pure. Each user has an inbox of its own, so that none hears another's answers; answers to requests need no permission but the
 * request. Whoever may start first may create the streams that are missing; nobody may change, purge or delete one of the log.
 */
import { qualifiedName, subjectPrefix } from './names.js';

export const NATS_USERS = ['gateway', 'actors', 'learner', 'cli', 'publisher', 'ingester'] as const;
export type NatsUser = (typeof NATS_USERS)[number];

export interface NatsPermissions {
  readonly about: string;
  readonly publish: readonly string[];
  readonly subscribe: readonly string[];
  /** May answer what it is asked. */
  readonly answers: boolean;
}

const STREAMS = [
  'REKAPPA_LOG',
  'REKAPPA_FEEDBACK',
  'REKAPPA_MODEL',
  'REKAPPA_DEAD',
  'REKAPPA_AUDIT',
] as const;
export type StreamName = (typeof STREAMS)[number];

export function natsPermissions(user: NatsUser, namespace: string): NatsPermissions {
  const prefix = subjectPrefix(namespace);
  const own = (...subjects: string[]): string[] => subjects.map((subject) => prefix + subject);
  const streamOf = (name: string): string => qualifiedName(namespace, name);
  const api = (call: string): string => `$JS.API.${call}`;
  const look = (name: string): string => api(`STREAM.INFO.${streamOf(name)}`);
  const get = (name: StreamName): string => fetchSubject(name, namespace);
  const ensure = STREAMS.flatMap((name) => [look(name), api(`STREAM.CREATE.${streamOf(name)}`)]);
  const read = (name: StreamName): string[] => [
    get(name),
    ...['CREATE', 'MSG.NEXT', 'INFO', 'DELETE'].map((call) => api(`CONSUMER.${call}.${streamOf(name)}.>`)),
  ];
  const bucket = streamOf('REKAPPA_LEASES');
  /** The one stream that is changed: it takes over the time to live of the host that starts last. */
  const leases = (...keys: string[]): string[] => [
    api('INFO'),
    ...['INFO', 'CREATE', 'UPDATE', 'MSG.GET'].map((call) => api(`STREAM.${call}.KV_${bucket}`)),
    ...keys.map((key) => `$KV.${bucket}.${key}`),
  ];
  const inbox = `_INBOX.${natsUserName(user, namespace)}.>`;
  switch (user) {
    case 'gateway':
      return {
        about:
          'appends what clients publish, asks hosts and learner, keeps the audit trail, erases users, their dead letters too',
        publish: [
          ...ensure,
          get('REKAPPA_AUDIT'),
          ...read('REKAPPA_DEAD'),
          api(`STREAM.MSG.DELETE.${streamOf('REKAPPA_DEAD')}`),
          ...own('users.erased'),
          ...own(
            'log.user.*',
            'log.item',
            'audit',
            'rpc.user.*',
            'rpc.host',
            'rpc.hosts.status',
            'rpc.learner',
          ),
        ],
        subscribe: [inbox, ...own('ingest.*', 'users.erased')],
        answers: true,
      };
    case 'actors':
      return {
        about:
          'folds LOG, writes what was served, by which settings, and FEEDBACK, holds leases, follows the model',
        publish: [
          ...ensure,
          ...leases('partition.*', 'host.*'),
          ...read('REKAPPA_LOG'),
          ...read('REKAPPA_MODEL'),
          get('REKAPPA_FEEDBACK'),
          ...own('log.user.*', 'log.item', 'feedback.*', 'dead.actors', 'rpc.learner'),
        ],
        subscribe: [inbox, ...own('rpc.user.*', 'rpc.host', 'rpc.hosts.*')],
        answers: true,
      };
    case 'learner':
      return {
        about: 'folds FEEDBACK, writes the model',
        publish: [
          ...ensure,
          ...leases('learner.*'),
          ...read('REKAPPA_FEEDBACK'),
          get('REKAPPA_MODEL'),
          ...own('model.*.delta', 'model.*.promoted', 'dead.learner'),
        ],
        subscribe: [inbox, ...own('rpc.learner', 'rpc.learner.promote')],
        answers: true,
      };
    case 'cli':
      return {
        about: 'people: imports, replays, verifies, retries and drops dead letters, promotes models',
        publish: [
          ...ensure,
          ...STREAMS.flatMap(read),
          api(`STREAM.MSG.DELETE.${streamOf('REKAPPA_DEAD')}`),
          ...own('log.user.*', 'log.item', 'audit', 'rpc.hosts.*', 'rpc.learner', 'rpc.learner.promote'),
        ],
        subscribe: [inbox],
        answers: false,
      };
    case 'publisher':
      return {
        about: 'services that write straight into the log: trusted, for what stands there is the truth',
        publish: [look('REKAPPA_LOG'), ...own('log.user.*', 'log.item', 'ingest.*')],
        subscribe: [inbox],
        answers: false,
      };
    case 'ingester':
      return {
        about: 'services whose events a gateway checks first',
        publish: own('ingest.*'),
        subscribe: [inbox],
        answers: false,
      };
  }
}

const fetchSubject = (name: StreamName, namespace: string): string =>
  `$JS.API.STREAM.MSG.GET.${qualifiedName(namespace, name)}`;

/** Whether a user of these may fetch messages of a stream; a server without users lets everyone. @param name as at the server */
export function mayFetch(name: string | undefined, namespace: string, stream: StreamName): boolean {
  if (name === undefined) return true;
  const user = NATS_USERS.find((each) => natsUserName(each, namespace) === name);
  return (
    user !== undefined && natsPermissions(user, namespace).publish.includes(fetchSubject(stream, namespace))
  );
}

/** `gateway`; in another namespace `acme-gateway`. */
export function natsUserName(user: NatsUser, namespace: string): string {
  return namespace === 'default' ? user : `${namespace}-${user}`;
}

/** Where the server finds a user's password: `NATS_PASSWORD_GATEWAY`. */
export function natsPasswordVariable(user: NatsUser, namespace: string): string {
  return `NATS_PASSWORD_${natsUserName(user, namespace).replaceAll('-', '_').toUpperCase()}`;
}

/** The server's configuration: these users, and nobody else. */
export function natsUsersConfiguration(namespaces: readonly string[]): string {
  const users = namespaces.flatMap((namespace) => NATS_USERS.map((user) => userBlock(user, namespace)));
  return [
    '# Made by `rekappa nats-users`: what each part of the system may do, and nothing else (docs/security.md).',
    '# Passwords come from the environment of the server; they begin with a letter.',
    'authorization {',
    '  users = [',
    ...users,
    '  ]',
    '}',
    '',
  ].join('\n');
}

function userBlock(user: NatsUser, namespace: string): string {
  const { about, publish, subscribe, answers } = natsPermissions(user, namespace);
  const list = (subjects: readonly string[]): string =>
    `[\n${[...new Set(subjects)].map((subject) => `          ${JSON.stringify(subject)}`).join('\n')}\n        ]`;
  return `    # ${about}
    {
      user: ${natsUserName(user, namespace)}
      password: $${natsPasswordVariable(user, namespace)}
      permissions {
        publish = ${list(publish)}
        subscribe = ${list(subscribe)}${answers ? '\n        allow_responses: true' : ''}
      }
    }`;
}
