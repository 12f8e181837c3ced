// Makes the Parquet files of the shipped recipes. Nothing is random: pseudo-words come from hashed counters, and a row
// belongs to the test file when the hash of its `split` key says so. So the files are the same bytes wherever this
// runs, and train and test never share a task. Run it again after a change: node scripts/make-recipe-data.mjs
import { createHash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parquetWriteBuffer } from 'hyparquet-writer';

const root = fileURLToPath(new URL('..', import.meta.url));

const hashByte = (text) => createHash('sha256').update(text).digest()[0];
const reversed = (text) => [...text].reverse().join('');

/** Every sum of two numbers below 100, prompts and answers of fixed width. */
function arithmetic() {
  const rows = [];
  for (let a = 0; a < 100; a += 1) {
    for (let b = 0; b < 100; b += 1) {
      const sum = a + b;
      const pad = (value, width) => String(value).padStart(width, '0');
      rows.push({
        prompt: `${pad(a, 2)}+${pad(b, 2)}=`,
        // last digit first: the order in which the carry is worked out
        answer: reversed(pad(sum, 3)),
        plain_answer: pad(sum, 3),
        question: `What is ${a} + ${b}? Answer with the number only.`,
        number: String(sum),
        // a + b and b + a stay on one side
        split: `${Math.min(a, b)}+${Math.max(a, b)}`,
      });
    }
  }
  return { rows, testBytes: 7 };
}

const ONSETS =
  'b c d f g h j k l m n p r s t v w z bl br ch cl cr dr fl fr gl gr pl pr sh sl sm sn sp st th tr'.split(
    ' ',
  );
const VOWELS = ['a', 'e', 'i', 'o', 'u'];
const CODAS = 'b d g k l m n p r s t ck ft ld lk lt mp nd ng nk nt rd rk rn rt sk st'.split(' ');

/** Pronounceable words that no dictionary has to agree with. */
function pseudoWord(next) {
  const pick = (list) => list[next() % list.length];
  const syllables = 1 + (next() % 2);
  // no, one or two leading letters to move: about a third each
  let word = next() % 3 === 0 ? '' : pick(ONSETS);
  for (let syllable = 0; syllable < syllables; syllable += 1) {
    if (syllable > 0) word += pick(ONSETS);
    word += pick(VOWELS);
  }
  return next() % 3 === 0 ? word : word + pick(CODAS);
}

export function toPigLatin(word) {
  const start = word.search(/[aeiou]/);
  return start === 0 ? `${word}way` : `${word.slice(start)}${word.slice(0, start)}ay`;
}

function pigLatin() {
  const words = new Set();
  for (let counter = 0; words.size < 12_000; counter += 1) {
    const bytes = createHash('sha256').update(`pig latin ${counter}`).digest();
    let at = 0;
    const word = pseudoWord(() => bytes[at++]);
    if (word.length >= 3 && word.length <= 7) words.add(word);
  }
  const rows = [...words].map((word) => ({
    prompt: `${word}>`,
    answer: toPigLatin(word),
    question: `Translate the made-up word "${word}" to Pig Latin. Answer with the one word only.`,
    word,
    split: word,
  }));
  return { rows, testBytes: 6 };
}

function myTask() {
  const rows = [];
  for (let a = 0; a < 30; a += 1) {
    for (let b = 0; b < 30; b += 1) {
      rows.push({
        prompt: `What is ${a}+${b}?`,
        answer: String(a + b),
        difficulty: a < 10 && b < 10 ? 'easy' : 'hard',
        split: `${Math.min(a, b)}+${Math.max(a, b)}`,
      });
    }
  }
  return { rows, testBytes: 32 };
}

const OPERATIONS = { '+': (a, b) => a + b, '-': (a, b) => a - b, '*': (a, b) => a * b };

/** Sums, differences and products of two numbers of two digits, with what an agent would say turn by turn. */
function calculator() {
  const numbers = Array.from({ length: 90 }, (_, index) => 10 + index);
  const rows = numbers.flatMap((a) =>
    numbers.flatMap((b) =>
      Object.entries(OPERATIONS).map(([operator, work]) => {
        const expression = `${a}${operator}${b}`;
        const answer = String(work(a, b));
        return {
          prompt: `${expression}=`,
          answer,
          demonstration: JSON.stringify([`[calc(e="${expression}")]`, answer]),
          question: `What is ${a} ${operator} ${b}? Use the calculator. Answer with the number only.`,
          // a and b in either order and with any operator stay on one side
          split: `${Math.min(a, b)},${Math.max(a, b)}`,
        };
      }),
    ),
  );
  // a third of all is enough to learn from
  return {
    rows: rows.filter(({ prompt }) => hashByte(`calculator row ${prompt.slice(0, -1)}`) < 85),
    testBytes: 8,
  };
}

const RECIPES = { arithmetic, pig_latin: pigLatin, my_task: myTask, calculator };

function toParquet(rows) {
  const names = Object.keys(rows[0]).filter((name) => name !== 'split');
  const columnData = names.map((name) => ({ name, data: rows.map((row) => row[name]), type: 'STRING' }));
  return new Uint8Array(parquetWriteBuffer({ columnData }));
}

/** Path from the repository root → bytes of every data file. */
export function makeRecipeData() {
  const files = new Map();
  for (const [recipe, make] of Object.entries(RECIPES)) {
    const { rows, testBytes } = make();
    const isTest = ({ split }) => hashByte(`${recipe}:${split}`) < testBytes;
    files.set(`recipes/${recipe}/data/train.parquet`, toParquet(rows.filter((row) => !isTest(row))));
    files.set(`recipes/${recipe}/data/test.parquet`, toParquet(rows.filter(isTest)));
  }
  return files;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  for (const [file, bytes] of makeRecipeData()) {
    await mkdir(path.dirname(path.join(root, file)), { recursive: true });
    await writeFile(path.join(root, file), bytes);
    console.log(`${file}: ${bytes.length} bytes`);
  }
}
