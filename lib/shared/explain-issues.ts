import type { z } from 'zod';

type Issue = z.core.$ZodIssue;

/** What is wrong with an input, in sentences that name the place: `"limit" must be a number; it is missing.` */
export function explainIssues({ issues }: z.ZodError): string {
  return issues.map((issue) => sentence(issue)).join(' ');
}

function sentence(issue: Issue): string {
  const place = issue.path.map(String).join('.');
  return `${place === '' ? 'The whole' : `"${place}"`} ${fault(issue)}.`;
}

// eslint-disable-next-line complexity -- one flat switch over a union is one decision
function fault(issue: Issue): string {
  switch (issue.code) {
    case 'invalid_type':
      return issue.message.endsWith('received undefined')
        ? `is missing; it must be ${named(issue.expected)}`
        : `must be ${named(issue.expected)}`;
    case 'too_small':
      return isLong(issue.origin)
        ? `is too short: at least ${issue.minimum} ${unitOf(issue.origin)}`
        : `must be ${issue.inclusive === false ? 'above' : 'at least'} ${issue.minimum}`;
    case 'too_big':
      return isLong(issue.origin)
        ? `is too long: at most ${issue.maximum} ${unitOf(issue.origin)}`
        : `must be ${issue.inclusive === false ? 'below' : 'at most'} ${issue.maximum}`;
    case 'invalid_value':
      return `must be ${issue.values.map((value) => JSON.stringify(value)).join(' or ')}`;
    case 'unrecognized_keys':
      return `has keys that are not known here: ${issue.keys.join(', ')}`;
    case 'not_multiple_of':
      return `must be a multiple of ${issue.divisor}`;
    case 'invalid_union':
      return 'has none of the forms that are taken here';
    case 'invalid_format':
      // A schema's own words say more; zod's begin with "Invalid".
      return issue.message.startsWith('Invalid') ? `is not in the form of ${issue.format}` : issue.message;
    case 'invalid_key':
    case 'invalid_element':
    case 'custom':
      return issue.message.startsWith('Invalid') ? 'is not usable' : issue.message;
  }
}

/** Whether a bound is on a length, not on a value. */
function isLong(origin: string): boolean {
  return origin === 'string' || origin === 'array';
}

function unitOf(origin: string): string {
  return origin === 'string' ? 'characters' : 'items';
}

const WORDS: Readonly<Record<string, string>> = {
  int: 'a whole number',
  number: 'a number',
  nan: 'a number',
  string: 'a text',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
  record: 'an object',
  null: 'null',
};

function named(type: string): string {
  return WORDS[type] ?? `of type ${type}`;
}
