/** The quantile of sorted numbers, linear between neighbours; infinite ones may be among them. */
export function quantile(sorted: ArrayLike<number>, share: number): number {
  const at = share * (sorted.length - 1);
  const below = Math.floor(at);
  const above = Math.min(below + 1, sorted.length - 1);
  if (at === below || sorted[below] === sorted[above]) return sorted[below];
  return sorted[below] + (sorted[above] - sorted[below]) * (at - below);
}
