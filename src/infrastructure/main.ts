#!/usr/bin/env -S node --disable-warning=ExperimentalWarning --disable-warning=TimeoutNegativeWarning
import { enableCompileCache } from 'node:module';
import path from 'node:path';
import { setFlagsFromString } from 'node:v8';
import 'reflect-metadata';

// A start is mostly compiling, and what was compiled once is kept: beside the code, because in a folder for everybody
// others could put theirs. Where that cannot be written, a start takes longer and nothing else.
const compiled = path.resolve(import.meta.dirname, '../../node_modules/.cache/compiled');
enableCompileCache(compiled);
// For its threads.
process.env['NODE_COMPILE_CACHE'] ??= compiled;

// V8 takes what is made at one place in the code for long-lived once enough of it was, as at a start, and makes it among
// the old from then on: what events come to would be freed by full collections only, and those stop everything. A V8
// that does not know the flag says so and goes on.
setFlagsFromString('--no-allocation-site-pretenuring');

const { runProgram } = await import('./composition/program.ts');
await runProgram();
