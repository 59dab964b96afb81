import { stopKept } from './running.ts';

export default stopKept;
