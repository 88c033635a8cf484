/** What the columns of a table of units are. */
export function UnitsHead({ iteration }: { readonly iteration: number }) {
  return (
    <>
      <caption>Units, iteration {iteration}</caption>
      <thead>
        <tr>
          <th scope="col">unit</th>
          <th scope="col">
            <i>I</i>
          </th>
          <th scope="col">
            <i>O</i>
          </th>
          <th scope="col">Error</th>
        </tr>
      </thead>
    </>
  );
}
