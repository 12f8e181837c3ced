/**
 * The program in an answer: the last fenced block of the language, else the last one without a language, else, where
 * nothing is fenced, the whole answer.
 */
export function findCode(answer: string, fences: readonly string[]): string {
  const blocks = [...answer.matchAll(/```([^\n`]*)\n([^]*?)```/g)].map(([, language = '', code = '']) => ({
    language: language.trim().toLowerCase(),
    code,
  }));
  const own = blocks.filter(({ language }) => fences.includes(language));
  const plain = blocks.filter(({ language }) => language === '');
  return (own.at(-1) ?? plain.at(-1))?.code ?? (blocks.length > 0 ? '' : answer);
}
