export default {
  testEnvironment: 'node',
  roots: ['<rootDir>/test'],
  globalSetup: '<rootDir>/test/tempFolder.mjs',
  setupFilesAfterEnv: ['<rootDir>/test/lists.ts'],
  testMatch: ['**/*.test.ts'],
  // The interpreter's natives are replaced by Node's.
  moduleNameMapper: { '^(\\.{1,2}/)+(src/)?(engine|virtual)$': '<rootDir>/src/node/$3.ts' },
  transform: {
    // const enums are inlined, so ts-jest has to see the whole program; types are checked by `npm run typecheck`.
    '^.+\\.ts$': ['ts-jest', { tsconfig: '<rootDir>/tsconfig.jest.json', diagnostics: false }],
  },
  maxWorkers: 2,
  // This only ends what hangs: a test that goes on is not to fail because the machine is busy.
  testTimeout: 300000,
};
