// The programs in the documentation, and what they are said to print.
import { readFileSync } from 'node:fs';

export interface Block {
  file: string;
  line: number;
  code: string;
  /** the `text` block that follows at once: what the program prints */
  prints?: string;
}

/** Every fenced `js` block of a file of Markdown. */
export function programsIn(file: string): Block[] {
  const lines = readFileSync(file, 'utf8').split('\n');
  const blocks: (Block & { language: string; end: number })[] = [];
  for (let i = 0; i < lines.length; i++) {
    const fence = /^```(\w*)$/.exec(lines[i]);
    if (!fence) continue;
    const end = lines.indexOf('```', i + 1);
    if (end < 0) throw new Error(`${file}:${i + 1}: a block that does not end`);
    blocks.push({ file, line: i + 1, code: lines.slice(i + 1, end).join('\n') + '\n', language: fence[1], end });
    i = end;
  }
  return blocks.flatMap(({ language, end, ...block }, i) => {
    if (language !== 'js') return [];
    const next = blocks[i + 1];
    const follows =
      next &&
      next.language === 'text' &&
      !lines
        .slice(end + 1, next.line - 1)
        .join('')
        .trim();
    return [{ ...block, prints: follows ? next.code : undefined }];
  });
}

const prose = (file: string): string => readFileSync(file, 'utf8').replace(/```[^]*?```/g, '');

/** The targets of the links of a file of Markdown to files, its own name left out, with the heading after `#`. */
export function linksIn(file: string): { to: string; heading: string }[] {
  const links = [...prose(file).matchAll(/\]\(([^)#\s]*)(?:#([^)\s]*))?\)/g)];
  return links.map(([, to, heading = '']) => ({ to, heading })).filter(({ to }) => !/^https?:/.test(to));
}

/** What leads to the headings of a file of Markdown, as GitHub makes it of their text. */
export function headingsIn(file: string): string[] {
  return [...prose(file).matchAll(/^#+ (.*)$/gm)].map(([, text]) =>
    text
      .toLowerCase()
      .replace(/[^\w\- ]/g, '')
      .replace(/ /g, '-'),
  );
}
