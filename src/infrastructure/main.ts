#!/usr/bin/env -S node --disable-warning=ExperimentalWarning --disable-warning=TimeoutNegativeWarning
import { enableCompileCache } from 'node:module';
import path from 'node:path';
import 'reflect-metadata';

// A start is mostly compiling, and what was compiled once is kept: beside the code, because in a folder for everybody
// others could put theirs. Where that cannot be written, a start takes longer and nothing else.
enableCompileCache(path.resolve(import.meta.dirname, '../../node_modules/.cache/compiled'));

const { runProgram } = await import('./composition/program.ts');
await runProgram();
