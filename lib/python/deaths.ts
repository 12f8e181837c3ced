/** So many calls in a row that were cut or ended their process, and none that was answered. */
const HOPELESS = 5;

/** Code that answers nothing must cost seconds, not hours. */
export class Deaths {
  #inARow = 0;
  readonly message = `The ${HOPELESS} calls before this one each ended their process or were cut, and none was answered; it was not tried.`;

  failed(): void {
    this.#inARow += 1;
  }

  answered(): void {
    this.#inARow = 0;
  }

  isHopeless(): boolean {
    return this.#inARow >= HOPELESS;
  }
}
