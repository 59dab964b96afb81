/** The address of a server that this run started or was given. */
export const given = (variable: string): string => {
  const value = process.env[variable];
  if (value === undefined) throw new Error(`${variable} is not set: run this through npm run test:servers.`);
  return value;
};
