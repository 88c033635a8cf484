// A network learns to balance a pole: run with `npm run build && node examples/cartpole.js`.
import { setSeed } from 'pellucid';
import { cartPole, evaluateAgent, reaches, reinforce, trainAgent } from 'pellucid/reinforce';

setSeed(4);
const agent = reinforce(cartPole(), { seed: 4 });
const solved = reaches(500, agent, cartPole());

const history = await trainAgent(agent, {
  episodes: 1000,
  until(record) {
    if (record.episode % 10 === 0) console.log(`episode ${record.episode}: ${record.steps} steps`);
    return solved(record);
  },
});

const { mean } = evaluateAgent(agent, cartPole(), { episodes: 100, seed: 1000 });
console.log(`Trained on ${history.length} episodes; mean return of 100 others: ${mean}.`);
