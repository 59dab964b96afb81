import { chooseAll } from './choose.ts';
import { engineAnswers } from './containers.ts';
import { startDoubleProcess } from './programs/eventstoredb.ts';
import { eventStoreDb, kafka, mongoDbReplicaSet, mongoDbStandalone } from './families.ts';
import { say } from './programs/commands.ts';
import { keep } from './running.ts';

const justTheSentence = (error: unknown): never => {
  if (error instanceof Error) error.stack = error.message; // Jest prints the stack, which says nothing here.
  throw error;
};

/** Starts one server of each family for the whole run; the tests find them in the families' environment variables. */
export default async function startServers(): Promise<void> {
  const families = [eventStoreDb(startDoubleProcess), mongoDbReplicaSet, mongoDbStandalone, kafka];
  const engine = engineAnswers();
  const servers = await chooseAll(families, { given: process.env, engine: () => engine, say }).catch(justTheSentence);
  Object.assign(process.env, servers.urls);
  keep(servers);
}
