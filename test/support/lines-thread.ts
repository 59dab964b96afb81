// What fills shadows in a thread and knows the model of lines.
import { fillInThread } from '../../src/infrastructure/read-models/sqlite-filling-work.ts';
import { lines } from './lines.ts';

fillInThread([lines]);
