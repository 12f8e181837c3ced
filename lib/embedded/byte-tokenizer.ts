import {
  BEGIN_TOKEN,
  decode,
  encode,
  END_TOKEN,
  tokenText,
  VOCABULARY_SIZE,
} from '@/lib/tokenizers/byte-vocabulary';
import type { Tokenizer } from './tokenizer';

/** The embedded models' one tokenizer. */
export const byteTokenizer: Tokenizer = {
  encode,
  decode,
  vocabulary: Array.from({ length: VOCABULARY_SIZE }, (_, token) => tokenText(token)),
  beginToken: BEGIN_TOKEN,
  endToken: END_TOKEN,
};
