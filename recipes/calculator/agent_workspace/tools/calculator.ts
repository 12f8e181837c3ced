const EXPRESSION = /^(-?\d{1,6})([-+*])(-?\d{1,6})$/;

/** Works out one operation on two whole numbers, such as 37*46. tools/calculator.py is its twin. */
export class Calculator {
  execute({ e }: { readonly e: string }): string {
    const [, left, operator, right] = EXPRESSION.exec(e) ?? [];
    if (left === undefined || right === undefined)
      throw new Error(`"${e}" is not an expression such as 37*46`);
    const a = Number(left);
    const b = Number(right);
    if (operator === '+') return String(a + b);
    return String(operator === '-' ? a - b : a * b);
  }
}
