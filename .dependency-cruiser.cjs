// The import table of docs/architecture.md. Every rule names whole path prefixes, and every folder of src is listed
// here: a module somewhere else fails, so nothing can be outside the table.

const domainFolders = ['shared', 'order', 'catalog-snapshot', 'contract'];

// One folder per port, its adapters beside each other in it.
const portFolders = [
  'event-store',
  'read-models',
  'due-orders',
  'data-keys',
  'amilon',
  'kafka',
  'clock',
  'ids',
  'encryption',
];
const edgeFolders = ['http', 'logging', 'metrics'];
// What every infrastructure folder may use; these import nothing but each other.
const sharedFolders = ['config', 'codec', 'sqlite', 'checkpoints'];
const infrastructureFolders = [...portFolders, ...edgeFolders, ...sharedFolders, 'composition'];

// The first word of an adapter's file or folder: `sqlite.ts`, `sqlite-feed.ts`, `sqlite/feed.ts`.
const adapters = ['memory', 'sqlite', 'mongodb', 'eventstoredb', 'system', 'virtual'];

const anyOf = (names) => `(?:${names.join('|')})`;
const infra = 'src/infrastructure';
// The only places that know everything.
const assembly = `^${infra}/(?:composition/|main\\.ts$)`;
const listed = [
  `^src/domain/${anyOf(domainFolders)}/`,
  '^src/application/',
  '^src/projections/',
  `^${infra}/${anyOf(infrastructureFolders)}/`,
  `^${infra}/main\\.ts$`,
];

const rule = (name, comment, from, to) => ({ name, comment, severity: 'error', from, to });

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    // Every folder is listed; the same rule three times, because a module alone is only seen by what it imports,
    // by who imports it, or as an orphan.
    rule('listed-folders', 'A folder of src that the table does not know.', { path: '^src/', pathNot: listed }, {}),
    rule('listed-folders-imported', 'As above.', {}, { path: '^src/', pathNot: listed }),
    rule('listed-folders-orphan', 'As above.', { orphan: true, path: '^src/', pathNot: listed }, {}),

    rule('no-cycles', 'Nothing imports itself, on whatever way, types included.', {}, { circular: true }),
    rule('no-unresolvable', 'An import that leads nowhere.', {}, { couldNotResolve: true }),
    rule('src-not-to-test', 'Product code knows no tests.', { path: '^src/' }, { path: '^test/' }),
    rule(
      'production-dependencies-only',
      'An installation without development dependencies must run.',
      { path: '^src/' },
      // A type that ships in a package of its own (@types/…) is gone at run time.
      {
        dependencyTypes: ['npm-dev', 'npm-optional', 'npm-no-pkg', 'npm-unknown'],
        dependencyTypesNot: ['type-only'],
        pathNot: '(?:^|/)node_modules/@types/',
      },
    ),

    rule(
      'domain-imports-nothing',
      'The domain imports only the domain: no package, no node:*.',
      { path: '^src/domain/' },
      { pathNot: '^src/domain/' },
    ),
    rule(
      'aggregates-apart',
      'An aggregate imports itself and shared, never another aggregate.',
      { path: `^src/domain/(${anyOf(domainFolders)})/` },
      { path: '^src/domain/', pathNot: '^src/domain/(?:$1|shared)/' },
    ),
    rule(
      'application-imports',
      'The application imports the domain and itself: no package, no node:*.',
      { path: '^src/application/' },
      { pathNot: '^src/(?:domain|application)/' },
    ),
    rule(
      'ports-import-no-application',
      'A port says what is needed in words of the domain; it knows none of its users.',
      { path: '^src/application/ports/' },
      { path: '^src/application/', pathNot: '^src/application/ports/' },
    ),
    rule(
      'projections-imports',
      'Projections import the domain, the ports and themselves: no package, no node:*.',
      { path: '^src/projections/' },
      { pathNot: '^src/(?:domain/|projections/|application/ports/)' },
    ),

    rule(
      'infrastructure-folders-apart',
      'Only the composition and main import across infrastructure folders.',
      { path: `^${infra}/([^/]+)/`, pathNot: assembly },
      { path: `^${infra}/`, pathNot: `^${infra}/(?:$1|${sharedFolders.join('|')})/` },
    ),
    rule(
      'shared-infrastructure-is-a-leaf',
      'What every folder uses imports no other folder.',
      { path: `^${infra}/${anyOf(sharedFolders)}/` },
      { path: `^${infra}/`, pathNot: `^${infra}/${anyOf(sharedFolders)}/` },
    ),
    rule(
      'adapters-apart',
      'Adapters of one port stand beside each other and never import each other.',
      { path: `^${infra}/([^/]+)/(${anyOf(adapters)})[/.-]`, pathNot: assembly },
      { path: `^${infra}/$1/${anyOf(adapters)}[/.-]`, pathNot: `^${infra}/$1/$2[/.-]` },
    ),
    rule(
      'sandbox-apart',
      'The sandbox stands for Amilon: the client meets it by HTTP only.',
      { path: `^${infra}/amilon/(client|sandbox)[/.-]` },
      { path: `^${infra}/amilon/(?:client|sandbox)[/.-]`, pathNot: `^${infra}/amilon/$1[/.-]` },
    ),
    rule(
      'infrastructure-not-to-projections',
      'A projection reaches its consumer by the composition.',
      { path: `^${infra}/`, pathNot: [assembly, `^${infra}/http/`] },
      { path: '^src/projections/' },
    ),
    rule(
      'http-knows-types-of-projections',
      'HTTP reads documents; it never folds them.',
      { path: `^${infra}/http/` },
      { path: '^src/projections/', dependencyTypesNot: ['type-only'] },
    ),

    rule(
      'inversify-in-composition',
      'The container is known in one place; reflect-metadata is loaded once, in main.',
      { path: '^src/', pathNot: assembly },
      { path: '(?:^|/)node_modules/(?:@?inversify|@inversifyjs|reflect-metadata)/' },
    ),
    rule(
      'inversify-not-in-main',
      'As above.',
      { path: `^${infra}/main\\.ts$` },
      { path: '(?:^|/)node_modules/inversify/' },
    ),
    rule(
      'mongodb-in-its-adapters',
      'A driver stays behind its port.',
      { path: '^src/', pathNot: `^${infra}/[^/]+/mongodb[/.-]` },
      { path: '(?:^|/)node_modules/mongodb/' },
    ),
    rule(
      'eventstoredb-in-its-adapter',
      'A driver stays behind its port.',
      { path: '^src/', pathNot: `^${infra}/event-store/eventstoredb[/.-]` },
      { path: '(?:^|/)node_modules/@eventstore/' },
    ),
    rule(
      'kafkajs-in-its-adapter',
      'A driver stays behind its port.',
      { path: '^src/', pathNot: `^${infra}/kafka/` },
      { path: '(?:^|/)node_modules/kafkajs/' },
    ),
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    // Types count: the table is about knowledge, not only about what is loaded.
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'default', 'types'] },
  },
};
