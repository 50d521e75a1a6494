/** One thing at a time: a new question of a view ends the one before. */

import { Problem } from "./problem.js";

export class Task {
  constructor() {
    this.running = null;
  }

  /** End what runs; its answer is not waited for any more. */
  stop() {
    this.running?.abort();
    this.running = null;
  }

  /**
   * Run a question; nothing is called once another one has begun or this one was stopped.
   *
   * @template T
   * @param {(signal: AbortSignal) => Promise<T>} question
   * @param {(answer: T) => void} onAnswer
   * @param {(problem: Problem) => void} onProblem
   */
  async run(question, onAnswer, onProblem) {
    this.stop();
    const mine = new AbortController();
    this.running = mine;
    let answer;
    try {
      answer = await question(mine.signal);
    } catch (error) {
      if (this.running !== mine) return;
      this.running = null;
      if (error instanceof Problem) onProblem(error);
      else if (error.name !== "AbortError") throw error;
      return;
    }
    if (this.running !== mine) return;
    this.running = null;
    onAnswer(answer);
  }
}
