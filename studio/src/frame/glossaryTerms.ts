/** The course's words, as the studio uses them; a lab may be named where a word can be handled. */
export interface Term {
  readonly term: string;
  readonly meaning: string;
  readonly lab?: string;
}

export const TERMS: readonly Term[] = [
  {
    term: 'absorption',
    meaning:
      'A small number added to a large one that changes nothing, because the gap to the next number is larger.',
    lab: 'floats',
  },
  {
    term: 'activation function',
    meaning: 'What a unit makes of its net input: sigmoid, tanh, ReLU, step, …',
    lab: 'activations',
  },
  {
    term: 'Adam',
    meaning:
      'An optimizer that divides a moving mean m of the gradients by the root of one, v, of their squares.',
    lab: 'hill',
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
    term: 'condition number κ',
    meaning: 'How much more a surface bends one way than another: λmax/λmin.',
    lab: 'hill',
  },
  {
    term: 'confusion matrix',
    meaning: 'How often each class was answered for each: what is right lies on its diagonal.',
    lab: 'playground',
  },
  {
    term: 'cross-entropy',
    meaning: 'A loss of probabilities: the negative logarithm of what was given to the wanted class.',
    lab: 'playground',
  },
  {
    term: 'dead unit',
    meaning: 'A rectifier that is off for every example: its slope is 0, and it learns no more.',
    lab: 'gradient-flow',
  },
  {
    term: 'dead zone θ',
    meaning: 'In section 1.3: net inputs from −θ to θ, for which a perceptron answers 0.',
    lab: 'gates',
  },
  {
    term: 'desired output',
    meaning: 'What the network should answer for an example; its target t.',
    lab: 'mlp',
  },
  {
    term: 'dev set',
    meaning: 'Examples that are not learned from: they tell how the network does on what it has not seen.',
    lab: 'playground',
  },
  {
    term: 'dropout',
    meaning: 'Leaving out units at random while training, so that none relies on another.',
    lab: 'playground',
  },
  { term: 'epoch', meaning: 'One pass over all training examples.' },
  {
    term: 'error of a unit',
    meaning: 'Error = O(1 − O)(t − O) at the output; O(1 − O) Σ Error·w in a hidden layer. It is −∂E/∂I.',
    lab: 'mlp',
  },
  {
    term: 'feedback',
    meaning: 'A net with a loop: what closes it takes a moment, so the net has a memory.',
    lab: 'topologies',
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
    term: 'Hopfield net',
    meaning: 'Units that all feed each other; from a damaged pattern they come to rest in a remembered one.',
    lab: 'topologies',
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
  {
    term: 'linearly separable',
    meaning: 'Told apart by one line, or plane: what a single unit can learn.',
    lab: 'gates',
  },
  { term: 'loss', meaning: 'One number for how wrong the network is; training lowers it.' },
  { term: 'momentum β', meaning: 'How much of its velocity a descent keeps from step to step.', lab: 'hill' },
  { term: 'net input I', meaning: 'Σ wᵢOᵢ + θ: what reaches a unit, weighted and summed.', lab: 'mlp' },
  {
    term: 'normalisation',
    meaning: 'Giving net inputs mean 0 and variance 1: over the batch, or over the units of a layer.',
    lab: 'gradient-flow',
  },
  { term: 'output O', meaning: 'The net input through the activation function.', lab: 'mlp' },
  { term: 'overflow', meaning: 'A number too large for its format: it becomes ∞.', lab: 'floats' },
  { term: 'perceptron', meaning: 'One threshold unit that learns from its mistakes.', lab: 'gates' },
  {
    term: 'regularisation',
    meaning: 'What is added to the loss so that weights stay small.',
    lab: 'playground',
  },
  {
    term: 'reinforcement learning',
    meaning:
      'Learning from rewards: the world pays for what was done, and does not say what would have been better.',
    lab: 'topologies',
  },
  {
    term: 'ReLU',
    meaning: 'The positive part of the net input; its slope is 1 above 0, and 0 below.',
    lab: 'activations',
  },
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
    term: 'softmax',
    meaning: 'Turns the net inputs of several units into shares that add up to 1.',
    lab: 'floats',
  },
  {
    term: 'supervised learning',
    meaning: 'Learning with a teacher, who gives the right answer for every example.',
    lab: 'topologies',
  },
  { term: 'tanh', meaning: 'A bend from −1 to 1, steepest at 0.', lab: 'activations' },
  {
    term: 'threshold',
    meaning: 'What a net input must reach for a unit of section 1.1 to fire.',
    lab: 'neuron',
  },
  { term: 'underflow', meaning: 'A number too small for its format: it becomes 0.', lab: 'floats' },
  {
    term: 'unsupervised learning',
    meaning: 'Learning without answers: the inputs themselves are ordered.',
    lab: 'topologies',
  },
  { term: 'update', meaning: 'Δw = α · Error · O: the change of a weight, and its new value.', lab: 'mlp' },
  {
    term: 'vanishing gradient',
    meaning: 'A gradient that each layer on its way back makes smaller: the first layers hardly learn.',
    lab: 'gradient-flow',
  },
  {
    term: 'velocity',
    meaning: 'What momentum keeps of past moves: the next one begins with it.',
    lab: 'hill',
  },
  {
    term: 'weight',
    meaning: 'How strongly one unit’s output reaches another; negative weights inhibit.',
    lab: 'mlp',
  },
];
