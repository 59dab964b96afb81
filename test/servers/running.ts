type Running = { stop: () => Promise<void> };

let running: Running | undefined;

/** What the global set-up started and the global tear-down ends. */
export const keep = (servers: Running): void => {
  running = servers;
};

export const stopKept = async (): Promise<void> => {
  await running?.stop();
};
