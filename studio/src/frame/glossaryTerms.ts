/** The course's words, as the studio uses them; a lab may be named where a word can be handled. */
export interface Term {
  readonly term: string;
  readonly meaning: string;
  readonly lab?: string;
}

export const TERMS: readonly Term[] = [
  {
    term: 'activation function',
    meaning: 'What a unit makes of its net input: sigmoid, tanh, ReLU, step, …',
    lab: 'activations',
  },
  {
    term: 'backpropagation',
    meaning: 'Passing errors from the output back through the weights, so that each unit gets its share.',
    lab: 'mlp',
  },
  { term: 'batch', meaning: 'The examples whose gradient is taken together for one step.' },
  {
    term: 'bias',
    meaning: 'A number added to a unit’s net input, learned like a weight; θ in section 1.4.',
    lab: 'mlp',
  },
  {
    term: 'clipping',
    meaning: 'Cutting gradients to a limit, number by number or all together, before they move a weight.',
    lab: 'gradient-flow',
  },
  {
    term: 'computational graph',
    meaning: 'Variables as nodes, dependencies as edges; what is computed, and how to go back.',
    lab: 'graph',
  },
  {
    term: 'dead unit',
    meaning: 'A rectifier that is off for every example: its slope is 0, and it learns no more.',
    lab: 'gradient-flow',
  },
  {
    term: 'desired output',
    meaning: 'What the network should answer for an example; its target t.',
    lab: 'mlp',
  },
  { term: 'epoch', meaning: 'One pass over all training examples.' },
  {
    term: 'error of a unit',
    meaning: 'Error = O(1 − O)(t − O) at the output; O(1 − O) Σ Error·w in a hidden layer. It is −∂E/∂I.',
    lab: 'mlp',
  },
  { term: 'feedforward', meaning: 'Signals only go forwards: there is no loop.', lab: 'topologies' },
  {
    term: 'gradient',
    meaning: 'The derivatives of the loss by every parameter: where it rises, and how steeply.',
    lab: 'hill',
  },
  {
    term: 'hidden layer',
    meaning: 'A layer between input and output, whose values are neither given nor wanted.',
    lab: 'mlp',
  },
  {
    term: 'initialisation',
    meaning:
      'How weights start. Glorot and He choose their variance so that signals and gradients keep theirs.',
    lab: 'gradient-flow',
  },
  { term: 'iteration', meaning: 'Forward, backward, and one update of all weights and biases.', lab: 'mlp' },
  {
    term: 'learning rate α',
    meaning: 'How far a step goes along the gradient. It is not a slope.',
    lab: 'hill',
  },
  { term: 'loss', meaning: 'One number for how wrong the network is; training lowers it.' },
  { term: 'net input I', meaning: 'Σ wᵢOᵢ + θ: what reaches a unit, weighted and summed.', lab: 'mlp' },
  {
    term: 'normalisation',
    meaning: 'Giving net inputs mean 0 and variance 1: over the batch, or over the units of a layer.',
    lab: 'gradient-flow',
  },
  { term: 'output O', meaning: 'The net input through the activation function.', lab: 'mlp' },
  { term: 'perceptron', meaning: 'One threshold unit that learns from its mistakes.', lab: 'gates' },
  {
    term: 'residual connection',
    meaning: 'Adding a layer’s inputs to its outputs: a way around it for the gradient.',
    lab: 'gradient-flow',
  },
  {
    term: 'saturation',
    meaning: 'Where an activation function is flat, and its slope near 0.',
    lab: 'activations',
  },
  { term: 'sigmoid σ', meaning: '1 / (1 + e^(−x)): from 0 to 1, with slope ¼ at 0.', lab: 'activations' },
  {
    term: 'threshold',
    meaning: 'What a net input must reach for a unit of section 1.1 to fire.',
    lab: 'neuron',
  },
  { term: 'update', meaning: 'Δw = α · Error · O: the change of a weight, and its new value.', lab: 'mlp' },
  {
    term: 'vanishing gradient',
    meaning: 'A gradient that each layer on its way back makes smaller: the first layers hardly learn.',
    lab: 'gradient-flow',
  },
  {
    term: 'weight',
    meaning: 'How strongly one unit’s output reaches another; negative weights inhibit.',
    lab: 'mlp',
  },
];
