// The last line of a test run, plain, for whoever reads only the log: `12 passed, 0 failed`.
// A test file that does not even load counts as one failure, and nothing hides a skipped test.
export default class CountReporter {
  onRunComplete(_contexts, results) {
    const failed = results.numFailedTests + results.numRuntimeErrorTestSuites;
    const skipped = results.numPendingTests + results.numTodoTests;
    const skippedPart = skipped > 0 ? `, ${skipped} skipped` : '';
    // Jest's own summary is written after every other reporter, so this line waits for the end of the process.
    process.once('exit', () => {
      process.stdout.write(`${results.numPassedTests} passed, ${failed} failed${skippedPart}\n`);
    });
  }
}
