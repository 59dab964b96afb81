// What runs in the thread that fills shadows on SQLite: it knows every read model.
import { fillInThread } from '../read-models/sqlite-filling-work.ts';
import { allProjections } from './projections.ts';

fillInThread(allProjections.map(({ definition }) => definition));
