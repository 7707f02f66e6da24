/**
 * Particle swarm (Kennedy & Eberhart, ICNN 1995) with the constriction of Clerc & Kennedy (IEEE TEC 2002), which needs
 * neither an inertia schedule nor a bound of the speed:
 *
 *     v ← χ (v + φ r₁ (p − x) + φ r₂ (g − x)),  x ← x + v,   φ = 2.05,
 *     χ = 2 / |2 − 2φ − √(4φ² − 8φ)| = .7298
 *
 * p is the particle's best place so far, g the best of its neighbourhood: the swarm. At a wall a particle stops.
 */
import type { SeededRandom } from '#kernel';
import type { Point, Search } from './search.js';

export const PHI = 2.05;
export const CHI = 2 / Math.abs(2 - 2 * PHI - Math.sqrt(4 * PHI * PHI - 8 * PHI));

interface Particle {
  place: number[];
  velocity: number[];
  best: number[];
  bestLoss: number;
}

/** @param start the first particle's place; the others' are random */
export function particleSwarm(
  dimensions: number,
  random: SeededRandom,
  size: number,
  start: Point | undefined,
): Search {
  const uniform = (): number[] => Array.from({ length: dimensions }, () => random.next());
  const swarm: Particle[] = Array.from({ length: size }, (_, i) => {
    const place = i === 0 && start ? [...start] : uniform();
    const velocity = uniform().map((target, d) => (target - place[d]!) / 2);
    return { place, velocity, best: place, bestLoss: Infinity };
  });
  let asked: Particle[] = [];
  let fresh = true;
  return {
    name: 'particle swarm',
    ask(max) {
      if (!fresh) for (const particle of swarm) move(particle, leader(swarm), random);
      fresh = false;
      asked = swarm.slice(0, max);
      return asked.map(({ place }) => place);
    },
    tell(losses) {
      asked.forEach((particle, i) => {
        const loss = losses[i]!;
        if (!(loss < particle.bestLoss)) return;
        particle.bestLoss = loss;
        particle.best = [...particle.place];
      });
    },
  };
}

function leader(swarm: readonly Particle[]): Particle {
  return swarm.reduce((best, particle) => (particle.bestLoss < best.bestLoss ? particle : best));
}

function move(particle: Particle, { best: lead }: Particle, random: SeededRandom): void {
  particle.place = particle.place.map((x, d) => {
    const own = PHI * random.next() * (particle.best[d]! - x);
    const social = PHI * random.next() * (lead[d]! - x);
    const velocity = CHI * (particle.velocity[d]! + own + social);
    const place = x + velocity;
    particle.velocity[d] = place < 0 || place > 1 ? 0 : velocity;
    return Math.min(1, Math.max(0, place));
  });
}
