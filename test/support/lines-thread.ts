// What runs in the thread that fills shadows and knows the models of lines.
import { fillInThread } from '../../src/infrastructure/read-models/sqlite-filling-work.ts';
import { lines, otherLines } from './lines.ts';

fillInThread([lines, otherLines]);
