import type { Lab } from '../lab.ts';

/** What the frame knows of a lab before it is loaded. */
export interface LabEntry {
  readonly id: string;
  readonly section: string;
  readonly title: string;
  /** The question it answers, for the contents page. */
  readonly question: string;
  /** Whether a network can be opened in it. */
  readonly receivesNetworks?: boolean;
  readonly load: () => Promise<{ readonly lab: Lab }>;
}

/** Every lab, in reading order. Its computations are listed in `computations.ts`. */
export const LABS: readonly LabEntry[] = [
  {
    id: 'neuron',
    section: '1.1',
    title: 'The neuron',
    question: 'How does a weighted sum decide?',
    load: () => import('./neuron/lab.tsx'),
  },
  {
    id: 'topologies',
    section: '1.1',
    title: 'Topologies and learning',
    question: 'What may connect to what; who gives the signal?',
    load: () => import('./topologies/lab.tsx'),
  },
  {
    id: 'activations',
    section: '1.2',
    title: 'Activations',
    question: 'Where does the gradient die?',
    load: () => import('./activations/lab.tsx'),
  },
  {
    id: 'gates',
    section: '1.3',
    title: 'Gates and the perceptron',
    question: 'What can one line learn?',
    load: () => import('./gates/lab.tsx'),
  },
  {
    id: 'mlp',
    section: '1.4',
    title: 'The worked MLP',
    question: 'Can I follow every number?',
    receivesNetworks: true,
    load: () => import('./mlp/lab.tsx'),
  },
  {
    id: 'graph',
    section: '1.5',
    title: 'The computational graph',
    question: 'How does reverse mode reuse work?',
    receivesNetworks: true,
    load: () => import('./graph/lab.tsx'),
  },
  {
    id: 'gradient-flow',
    section: '1.6',
    title: 'Gradient flow',
    question: 'Why do deep nets stall?',
    receivesNetworks: true,
    load: () => import('./gradient-flow/lab.tsx'),
  },
  {
    id: 'floats',
    section: '1.6',
    title: 'The float bench',
    question: 'When is arithmetic not arithmetic?',
    load: () => import('./floats/lab.tsx'),
  },
  {
    id: 'playground',
    section: '1.7',
    title: 'The playground',
    question: 'What did it learn?',
    receivesNetworks: true,
    load: () => import('./playground/lab.tsx'),
  },
  {
    id: 'hill',
    section: '1.7',
    title: 'The optimizer hill',
    question: 'Which path, and why?',
    load: () => import('./hill/lab.tsx'),
  },
];
