import { InvalidValueError } from "../database/errors.js";
import type { Whereabouts } from "../queue/deployment.js";
import { UnknownNameError } from "../queue/errors.js";
import type { Queue } from "../queue/queue.js";
import { cellName } from "../text/describe.js";
import { nearestNames } from "../text/nearest.js";

/**
 * The place of a name as this program prints it: "prod", "prod-aws", "prod-aws-us-west-2" or "prod-aws-us-west-2-cell-1".
 * @throws UnknownNameError, or InvalidValueError for a name that fits two places
 */
export async function placeByName(queue: Queue, name: string): Promise<Whereabouts> {
  const [cells, environments] = await Promise.all([queue.cells.all(), queue.environments.list()]);
  const places = new Map<string, Whereabouts & { readonly name: string }>();
  const add = (title: string, place: Whereabouts): void => {
    places.set(JSON.stringify(place), { ...place, name: title });
  };
  for (const { environment } of environments) {
    add(environment, { environment });
  }
  for (const cell of cells) {
    const { environment, cloud_provider: cloudProvider, region, index: cellIndex } = cell;
    add(`${environment}-${cloudProvider}`, { environment, cloudProvider });
    add(`${environment}-${cloudProvider}-${region}`, { environment, cloudProvider, region });
    add(cellName(cell), { environment, cloudProvider, region, cellIndex });
  }
  const [found, other] = [...places.values()].filter((place) => place.name === name);
  if (found === undefined) {
    const nearest = nearestNames(
      name,
      [...places.values()].map((place) => place.name),
    );
    throw new UnknownNameError(`no environment, provider, region or cell has the name ${name}`, {
      hint: `Most like it: ${nearest.join(", ")}.`,
    });
  }
  if (other !== undefined) {
    throw new InvalidValueError(`the name ${name} fits two places`, {
      hint: "Give --environment, --provider, --region and --cell-index instead.",
    });
  }
  return found;
}
