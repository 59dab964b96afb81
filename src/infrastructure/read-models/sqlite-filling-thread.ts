import { fillInThread } from './sqlite-filling-work.ts';

fillInThread([]);
