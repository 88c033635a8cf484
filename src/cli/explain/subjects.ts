import { PERCEPTRON } from './perceptron.ts';
import type { Subject } from './subject.ts';
import { ACTIVATION_FUNCTION } from './subjects/activation.ts';
import { ADALINE } from './subjects/adaline.ts';
import { AUGMENTATION } from './subjects/augmentation.ts';
import { AUTOENCODER } from './subjects/autoencoder.ts';
import { BANDIT } from './subjects/bandit.ts';
import { BATCHES } from './subjects/batches.ts';
import { BIAS_VARIANCE } from './subjects/biasVariance.ts';
import { DQN, REINFORCE } from './subjects/cartPole.ts';
import { CLIPPING } from './subjects/clipping.ts';
import { COMPETITIVE, K_MEANS, KOHONEN } from './subjects/clusters.ts';
import { ELMAN, JORDAN } from './subjects/contextNets.ts';
import { CURVATURE } from './subjects/curvature.ts';
import { DROPOUT } from './subjects/dropout.ts';
import { DYING_RELU } from './subjects/dyingRelu.ts';
import { EARLY_STOPPING } from './subjects/earlyStopping.ts';
import { GATE_SUBJECT } from './subjects/gate.ts';
import { GRADIENT_FLOW, INITIALISERS } from './subjects/gradientFlow.ts';
import { HEBB } from './subjects/hebb.ts';
import { HOPFIELD } from './subjects/hopfield.ts';
import { MIXED_PRECISION } from './subjects/mixedPrecision.ts';
import { BACK_PROPAGATION, MLP } from './subjects/mlp.ts';
import { NORMALISATION } from './subjects/normalisation.ts';
import { OPTIMIZER_SUBJECT } from './subjects/optimizers.ts';
import { PERCEPTRONS } from './subjects/perceptrons.ts';
import { REGULARISATION } from './subjects/regularisation.ts';
import { SOFTMAX } from './subjects/softmax.ts';
import { Q_LEARNING, SARSA } from './subjects/tabular.ts';
import { THRESHOLD_UNIT } from './subjects/thresholdUnit.ts';
import { TOPOLOGY } from './subjects/topology.ts';
import { WORKED_EXAMPLE } from './workedExample.ts';

/** What can be explained by name, in the order of the course. Everything else is a model's file or an expression. */
export const SUBJECTS: Readonly<Record<string, Subject>> = {
  'threshold-unit': THRESHOLD_UNIT,
  topology: TOPOLOGY,
  hopfield: HOPFIELD,
  elman: ELMAN,
  jordan: JORDAN,
  hebb: HEBB,
  competitive: COMPETITIVE,
  kohonen: KOHONEN,
  'k-means': K_MEANS,
  autoencoder: AUTOENCODER,
  bandit: BANDIT,
  'q-learning': Q_LEARNING,
  sarsa: SARSA,
  reinforce: REINFORCE,
  dqn: DQN,
  activation: ACTIVATION_FUNCTION,
  'dying-relu': DYING_RELU,
  gate: GATE_SUBJECT,
  perceptron: PERCEPTRON,
  perceptrons: PERCEPTRONS,
  adaline: ADALINE,
  mlp: MLP,
  'worked-example': WORKED_EXAMPLE,
  'back-propagation': BACK_PROPAGATION,
  'gradient-flow': GRADIENT_FLOW,
  initialisers: INITIALISERS,
  clipping: CLIPPING,
  curvature: CURVATURE,
  softmax: SOFTMAX,
  'mixed-precision': MIXED_PRECISION,
  normalisation: NORMALISATION,
  'bias-variance': BIAS_VARIANCE,
  regularisation: REGULARISATION,
  dropout: DROPOUT,
  augmentation: AUGMENTATION,
  'early-stopping': EARLY_STOPPING,
  batches: BATCHES,
  optimizers: OPTIMIZER_SUBJECT,
};
