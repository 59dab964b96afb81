/** A server to test against: where it is, what it is (for the log, without secrets), and how to end it. */
export type Started = { url: string; what: string; stop: () => Promise<void> };

/** One kind of server and every way to have one. */
export type Family = {
  name: string;
  /** The environment variable that names a server; the tests read their server from it too. */
  variable: string;
  container: () => Promise<Started>;
  program: () => Promise<Started>;
};

export type Surroundings = {
  given: Record<string, string | undefined>;
  /** Whether a Docker engine answers. */
  engine: () => Promise<boolean>;
  say: (line: string) => void;
};

const why = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/**
 * One server of the family: the given URL, else a container where a Docker engine runs, else the program of this
 * machine. Says in one line which it is; rejects with a sentence that says what would help where there is none.
 */
export const choose = async (family: Family, around: Surroundings): Promise<Started> => {
  const { name, variable } = family;
  const use = (started: Started): Started => {
    around.say(`${name}: ${started.what}`);
    return started;
  };
  const url = around.given[variable];
  if (url !== undefined && url !== '') {
    return use({ url, what: `the server named by ${variable}`, stop: () => Promise.resolve() });
  }
  let engine = 'no Docker engine answers';
  if (await around.engine()) {
    try {
      return use(await family.container());
    } catch (error) {
      engine = `its container did not start (${why(error)})`;
      around.say(`${name}: ${engine}; trying a program of this machine`);
    }
  }
  try {
    return use(await family.program());
  } catch (error) {
    const sentence = `No ${name} to test against: ${variable} is not set, ${engine}, and: ${why(error)}.`;
    throw new Error(sentence, { cause: error });
  }
};

/** One server of each family, started side by side; where one cannot be had, the others are ended again. */
export const chooseAll = async (
  families: readonly Family[],
  around: Surroundings,
): Promise<{ urls: Record<string, string>; stop: () => Promise<void> }> => {
  const results = await Promise.allSettled(
    families.map(async (family) => ({ variable: family.variable, server: await choose(family, around) })),
  );
  const started = results.filter((result) => result.status === 'fulfilled').map((result) => result.value);
  const stop = async (): Promise<void> => {
    await Promise.all(started.map(({ server }) => server.stop()));
  };
  const missing = results.filter((result) => result.status === 'rejected').map((result) => why(result.reason));
  if (missing.length > 0) {
    await stop();
    throw new Error(missing.join('\n'));
  }
  return { urls: Object.fromEntries(started.map(({ variable, server }) => [variable, server.url])), stop };
};
