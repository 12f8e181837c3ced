const MAX_SUMMARY_CHARS = 280;

/** Title and first paragraph of a README as plain text; the folder's name stands in for a missing title. */
export function describeReadme(
  recipe: string,
  readme: string | null,
): { readonly title: string; readonly summary: string | null } {
  const blocks = (readme ?? '')
    .replaceAll('\r\n', '\n')
    .replaceAll(/<!--[\s\S]*?-->/g, '')
    .split(/\n\s*\n/)
    .map((block) => block.trim());
  const [heading, ...underHeading] = (blocks.find((block) => /^#\s/.test(block)) ?? '').split('\n');
  const title = plain((heading ?? '').replace(/^#\s+/, ''));
  const paragraph =
    underHeading.join(' ').trim() ||
    blocks.find((block) => block !== '' && !/^(#|```|[-*|>!]|\d+\.)/.test(block));
  return { title: title || recipe, summary: paragraph ? shorten(plain(paragraph)) : null };
}

function plain(markdown: string): string {
  return markdown
    .replaceAll(/!?\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replaceAll(/[*_`]{1,3}(\S[^*`]*?)[*_`]{1,3}(?=\W|$)/g, '$1')
    .replaceAll(/\s+/g, ' ')
    .trim();
}

function shorten(text: string): string {
  if (text.length <= MAX_SUMMARY_CHARS) return text;
  const cut = text.slice(0, MAX_SUMMARY_CHARS);
  return `${cut.slice(0, Math.max(cut.lastIndexOf(' '), MAX_SUMMARY_CHARS / 2))}…`;
}
