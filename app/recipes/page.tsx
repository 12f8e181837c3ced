export default function RecipesPage() {
  return <p>Recipes</p>;
}
