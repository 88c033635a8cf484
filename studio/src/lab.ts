import type { Slip } from 'pellucid/units';
import type { ComponentChild } from 'preact';
import type { NetworkDescription } from './network.ts';
import type { PropertyTable } from './properties.ts';
import type { Session } from './session.ts';
import type { FormulaData } from './worker/formulaData.ts';

export type { FormulaData } from './worker/formulaData.ts';

/** What every lab's `compute` gives: the numbers on screen, how each comes about, and what is to be said. */
export interface LabResult {
  /** Every number that the stage may show, by the name its `data-q` has. */
  readonly quantities: Readonly<Record<string, number>>;
  /** How numbers come about, by the same names; one without a formula was given. */
  readonly formulas: Readonly<Record<string, FormulaData>>;
  /** Of the formulas only the one in the inspector is here: many pictures follow each other. */
  readonly isBrief?: boolean;
  /** How many steps there are, where the lab walks through a trace. */
  readonly length?: number;
  /** The number that the last step computed: the inspector shows it while nothing else is chosen. */
  readonly focus?: string;
  /** What the last step did, for the line above the stage and for those who do not see it. */
  readonly said: string;
  /** The picture in one sentence. */
  readonly summary: string;
}

/** A number that was opened for itself. */
export interface OpenedNumber {
  readonly value: number;
  readonly formula?: FormulaData;
}

/** A number of the stage that can be changed: which property holds it. */
export interface Editing<P> {
  readonly key: keyof P & string;
  readonly label: string;
  readonly value: number;
  readonly min: number;
  readonly max: number;
  readonly step: number;
  change(value: number): Partial<P>;
}

/** The question to predict before running. */
export interface Question<R> {
  readonly ask: string;
  readonly choices: readonly string[];
  /** Which choice the result bears out; undefined while it does not tell yet. */
  answer(result: R): number | undefined;
  /** What the result says about it. */
  because(result: R): string;
}

/** Something to bring about; it ticks itself. */
export interface SelfCheck<P, R> {
  readonly task: string;
  done(result: R, properties: P): boolean;
}

/** A state worth meeting, one click away. */
export interface Aha<P> {
  readonly title: string;
  readonly text: string;
  readonly properties: Partial<P>;
}

/** Everything a lab is. */
export interface LabDefinition<P extends object, R extends LabResult> {
  readonly id: string;
  readonly section: string;
  readonly title: string;
  /** 120 to 200 words. */
  readonly prose: () => ComponentChild;
  readonly question: Question<R>;
  readonly properties: PropertyTable<P>;
  readonly Controls: (given: { session: Session<P, R> }) => ComponentChild;
  readonly Stage: (given: { session: Session<P, R>; result: R }) => ComponentChild;
  readonly selfChecks: readonly SelfCheck<P, R>[];
  readonly ahas: readonly Aha<P>[];
  /** Where the lecture's text on this is not what it means. */
  readonly slips?: readonly Slip[];
  /** What a quantity is, in words. */
  readonly describe: (name: string, result: R) => string;
  /** How a quantity can be changed by hand; undefined where it follows from others. */
  readonly edit?: (name: string, properties: P, result: R) => Editing<P> | undefined;
  /**
   * Whether the worker's `open` tells of a number that the result does not: there are more of them than it could carry.
   */
  readonly opens?: boolean;
  /** The quantity that an exercise hides everywhere. */
  readonly veiled?: (properties: P) => string | undefined;
  /** The property that counts the steps taken, where the lab walks through a trace. */
  readonly position?: keyof P & string;
  /** So many formulas that they are left out while it runs fast, but for the one in the inspector. */
  readonly hasManyFormulas?: boolean;
  /** Everything drawn anew from a seed. */
  readonly reseed?: (session: Session<P, R>, seed: number) => Promise<void>;
  /** For a lab that trains: its own step and run. A run ends when `signal` is aborted. */
  readonly training?: {
    /** What training changes. */
    readonly moves: readonly (keyof P & string)[];
    step(session: Session<P, R>): Promise<void>;
    run(session: Session<P, R>, signal: AbortSignal): Promise<void>;
  };
  /** Its network, for other labs, or a sentence why it cannot travel; and its properties from a network, likewise. */
  readonly network?: (properties: P, result: R) => NetworkDescription | string | undefined;
  readonly receive?: (network: NetworkDescription) => Partial<P> | string;
}

/** A lab whose own types are closed up inside: what the frame holds. */
export interface Lab {
  readonly id: string;
  open<T>(use: <P extends object, R extends LabResult>(definition: LabDefinition<P, R>) => T): T;
}

/** Defines a lab. */
export function defineLab<P extends object, R extends LabResult>(definition: LabDefinition<P, R>): Lab {
  return { id: definition.id, open: (use) => use(definition) };
}
