/** @type {import('jest').Config} */
export default {
  testEnvironment: 'node',
  // Wide, for slow machines: tests wait for conditions, never for time.
  testTimeout: 30_000,
  // All cores: by default one is left idle, which is half of a small machine.
  maxWorkers: '100%',
  testMatch: ['<rootDir>/test/**/*.test.ts'],
  // These need servers, or minutes: test/servers/jest.config.js runs them.
  testPathIgnorePatterns: ['/node_modules/', '\\.(servers|long)\\.test\\.ts$'],
  // Tests run as ES modules, like production; swc only strips the types.
  extensionsToTreatAsEsm: ['.ts'],
  transform: {
    '\\.ts$': [
      '@swc/jest',
      {
        jsc: { target: 'es2024', parser: { syntax: 'typescript' } },
        module: { type: 'es6' },
        sourceMaps: 'inline',
      },
    ],
  },
  injectGlobals: false,
  modulePathIgnorePatterns: ['<rootDir>/data/'],
  reporters: ['default', '<rootDir>/test/support/count-reporter.js'],
};
