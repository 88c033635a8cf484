// How often cart-pole is solved: a mean return of at least 475 over 100 episodes, by agents of different seeds.
//
//     npm run build && node bench/cartpole.js            # both agents, seeds 1 to 8
//     node bench/cartpole.js dqn 3                       # one agent, one seed
import { setSeed } from 'pellucid';
import { cartPole, dqn, evaluateAgent, reaches, reinforce, trainAgent } from 'pellucid/reinforce';

const AGENTS = { reinforce, dqn };
const EPISODES = 3000;
const SOLVED = 475;

const [, , only, seed] = process.argv;
const seeds = seed === undefined ? Array.from({ length: 8 }, (_, i) => i + 1) : [Number(seed)];

for (const [name, make] of Object.entries(AGENTS)) {
  if (only !== undefined && only !== name) continue;
  let solved = 0;
  for (const seed of seeds) {
    setSeed(seed);
    const start = performance.now();
    const agent = make(cartPole(), { seed });
    const history = await trainAgent(agent, { episodes: EPISODES, until: reaches(500, agent, cartPole()) });
    const { mean } = evaluateAgent(agent, cartPole(), { episodes: 100, seed: 1000 });
    const seconds = (performance.now() - start) / 1000;
    solved += Number(mean >= SOLVED);
    console.log(
      `${name}, seed ${seed}: ${history.length} episodes, mean return ${mean} (${seconds.toFixed(0)} s)`,
    );
  }
  console.log(`${name} solved cart-pole for ${solved} of ${seeds.length} seeds`);
}
