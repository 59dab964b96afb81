import { describe, expect, test } from '@jest/globals';

import { choose, chooseAll, type Family, type Started } from './choose.ts';
import { eventStoreDb } from './families.ts';

const started = (what: string, stopped: string[] = []): Started => ({
  url: `db://${what}`,
  what,
  stop: async () => {
    stopped.push(what);
  },
});

const family = (ways: Partial<Family> = {}): Family => ({
  name: 'Db',
  variable: 'TEST_DB_URL',
  container: async () => started('container'),
  program: async () => started('program'),
  ...ways,
});

const cannot = (sentence: string) => async (): Promise<Started> => {
  throw new Error(sentence);
};

const around = (is: { url?: string; engine: boolean }) => {
  const said: string[] = [];
  return {
    given: is.url === undefined ? {} : { TEST_DB_URL: is.url },
    engine: async () => is.engine,
    say: (line: string) => {
      said.push(line);
    },
    said,
  };
};

describe('the choice of a server', () => {
  test('takes the given URL before anything else, and does not print what may hold a password', async () => {
    const surroundings = around({ url: 'db://user:password@host', engine: true });
    const { url } = await choose(family(), surroundings);
    expect({ url, said: surroundings.said }).toEqual({
      url: 'db://user:password@host',
      said: ['Db: the server named by TEST_DB_URL'],
    });
  });

  test('takes a container where an engine answers', async () => {
    const surroundings = around({ url: '', engine: true });
    const { url } = await choose(family(), surroundings);
    expect({ url, said: surroundings.said }).toEqual({ url: 'db://container', said: ['Db: container'] });
  });

  test('takes the program of this machine where no engine answers', async () => {
    const surroundings = around({ engine: false });
    const { url } = await choose(family(), surroundings);
    expect({ url, said: surroundings.said }).toEqual({ url: 'db://program', said: ['Db: program'] });
  });

  test('takes the program where the container does not start, and says why', async () => {
    const surroundings = around({ engine: true });
    const { url } = await choose(family({ container: cannot('no such image') }), surroundings);
    expect({ url, said: surroundings.said }).toEqual({
      url: 'db://program',
      said: ['Db: its container did not start (no such image); trying a program of this machine', 'Db: program'],
    });
  });

  test('fails with a sentence that says what to install', async () => {
    const none = family({ program: cannot('Db needs `db` on the path') });
    await expect(choose(none, around({ engine: false }))).rejects.toThrow(
      'No Db to test against: TEST_DB_URL is not set, no Docker engine answers, and: Db needs `db` on the path.',
    );
  });

  test('an EventStoreDB that is nowhere is replaced by the double', async () => {
    const surroundings = around({ engine: false });
    await choose(
      eventStoreDb(async () => started('the gRPC double')),
      surroundings,
    );
    expect(surroundings.said).toEqual(['EventStoreDB: the gRPC double']);
  });

  test('gives the URL of each family under its variable', async () => {
    const families = [family(), family({ variable: 'TEST_OTHER_URL', program: async () => started('other') })];
    const { urls } = await chooseAll(families, around({ engine: false }));
    expect(urls).toEqual({ TEST_DB_URL: 'db://program', TEST_OTHER_URL: 'db://other' });
  });

  test('ends the servers that started when another one cannot be had', async () => {
    const stopped: string[] = [];
    const families = [family({ program: async () => started('one', stopped) }), family({ program: cannot('none') })];
    await expect(chooseAll(families, around({ engine: false }))).rejects.toThrow(/^No Db to test against: /);
    expect(stopped).toEqual(['one']);
  });
});
