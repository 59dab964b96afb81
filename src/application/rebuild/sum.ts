const MODULUS = 1n << 128n;

/** The sum of no documents. */
export const noSum = '0';

/** A sum of fingerprints, as hexadecimal digits. @param change may be less than nothing */
export const added = (sum: string, change: bigint): string => {
  const rest = (BigInt(`0x${sum}`) + change) % MODULUS;
  return (rest < 0n ? rest + MODULUS : rest).toString(16);
};
